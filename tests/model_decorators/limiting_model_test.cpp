#include "model/limiting_model.h"

#include <gtest/gtest.h>

#include "async/nursery.h"
#include "model/scripted_model.h"

namespace retort {
namespace {

// Counts how many calls are inside at once.
class Crowd : public LanguageModel {
  public:
    int inside = 0;
    int most = 0;

    Task<Completion> complete(CompletionRequest, OnDelta, std::stop_token stop) override {
        most = std::max(most, ++inside);
        const bool whole = co_await sleep_for(std::chrono::milliseconds(1), stop);
        --inside;
        Completion out = scripted_text("fine");
        if (!whole) out.finish = Finish::cancelled;
        co_return out;
    }
    Task<TokenCount> count_tokens(std::string) override { co_return TokenCount{}; }
    Task<TokenCount> count_prompt(Prompt) override { co_return TokenCount{}; }
    ModelInfo info() const override { return {}; }
};

Task<int> run_many(LanguageModel* model, int calls, std::stop_token stop) {
    Nursery<Completion> nursery(co_await asio::this_coro::executor);
    for (int i = 0; i < calls; ++i) nursery.spawn(model->complete({}, {}, stop));
    int fine = 0;
    while (nursery.outstanding() > 0) {
        const Nursery<Completion>::Landed landed = co_await nursery.next();
        fine += landed.value.ok() ? 1 : 0;
    }
    co_return fine;
}

TEST(Limit, NeverLetsMoreCallsInThanAllowed) {
    asio::io_context loop;
    const auto crowd = std::make_shared<Crowd>();
    LimitingModel model(crowd, 3);
    EXPECT_EQ(run_to_end(loop, run_many(&model, 20, {})), 20);
    EXPECT_EQ(crowd->most, 3);
}

TEST(Limit, AWaitForAPlaceCanBeCancelled) {
    asio::io_context loop;
    const auto crowd = std::make_shared<Crowd>();
    LimitingModel model(crowd, 1);
    std::stop_source stop;
    asio::post(loop, [&] { asio::post(loop, [&] { stop.request_stop(); }); });
    EXPECT_EQ(run_to_end(loop, run_many(&model, 5, stop.get_token())), 0);
    EXPECT_EQ(crowd->inside, 0);
    EXPECT_EQ(crowd->most, 1);
}

TEST(Limit, ZeroPlacesWouldNeverEndSoThereIsOne) {
    asio::io_context loop;
    LimitingModel model(std::make_shared<Crowd>(), 0);
    EXPECT_EQ(run_to_end(loop, run_many(&model, 2, {})), 2);
}

}  // namespace
}  // namespace retort
