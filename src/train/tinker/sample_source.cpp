#include "train/tinker/sample_source.h"

#include <fmt/format.h>

#include <utility>

namespace retort::train::tinker {
namespace {

class TrainingServerSource final : public SampleSource {
  public:
    TrainingServerSource(Link& link, std::vector<TokenId> ends)
        : link_(link), ends_(std::make_shared<const std::vector<TokenId>>(std::move(ends))) {}

    std::string snapshot() override { return link_.run(link_.client().snapshot()).value(); }

    Task<Result<SampledSequence>> sample(std::string snapshot, TokenSequence prompt,
                                         SampleParameters parameters) override {
        Result<Reply> reply = co_await link_.client().sample(snapshot, prompt, ends_, parameters);
        if (!reply) co_return reply.error();
        if (reply->sequences.size() != 1)
            co_return Failure{FailureKind::malformed, fmt::format("asample of {}: expected one sequence, found {}",
                                                                  snapshot, reply->sequences.size())};
        co_return std::move(reply->sequences[0]);
    }

  private:
    Link& link_;
    const std::shared_ptr<const std::vector<TokenId>> ends_;
};

}  // namespace

std::unique_ptr<SampleSource> training_server_source(Link& link, std::vector<TokenId> ends) {
    return std::make_unique<TrainingServerSource>(link, std::move(ends));
}

}  // namespace retort::train::tinker
