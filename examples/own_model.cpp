// A model of one's own: anything that can answer a prompt is one, and every operator runs over it.
#include <cstdio>
#include <random>

#include "operator/engine.h"

using namespace retort;

namespace {

// Guesses a number from 1 to 6, and says each time how sure it is: not at all.
class DiceModel : public LanguageModel {
  public:
    Task<Completion> complete(CompletionRequest request, OnDelta on_delta, std::stop_token stop) override {
        // Lets the other drafts start; a real model would wait for its answer here.
        co_await yield_to_loop();
        if (stop.stop_requested()) {
            Completion cancelled;
            cancelled.finish = Finish::cancelled;
            co_return cancelled;
        }
        // Seeded by the call's place in the work: the same run gives the same answers, in whatever order they land.
        std::mt19937 random(request.seed);
        Completion out;
        out.finish = Finish::stop;
        out.text = "The die says \\boxed{" + std::to_string(1 + random() % 6) + "}";
        out.usage.in = tokens_of(request.prompt);
        out.usage.out = 4;
        if (on_delta) on_delta({.text = out.text, .tokens_out = out.usage.out});
        co_return out;
    }

    Task<TokenCount> count_tokens(std::string text) override { co_return estimate_tokens(text); }

    Task<TokenCount> count_prompt(Prompt prompt) override { co_return TokenCount{tokens_of(prompt), true}; }

    ModelInfo info() const override { return {.name = "dice", .context = 4096, .where = "this program"}; }

  private:
    // This model's tokens are bytes.
    static std::int64_t tokens_of(const Prompt& prompt) {
        std::int64_t tokens = 0;
        if (const Messages* messages = std::get_if<Messages>(&prompt))
            for (const Message& message : **messages) tokens += static_cast<std::int64_t>(message.content.size());
        return tokens;
    }
};

}  // namespace

int main() {
    DiceModel dice;
    EngineDependencies with;
    with.models.by_name = {{"dice", &dice}};
    with.models.main = "dice";
    with.prompts = &prompt_set_for("dice");

    const Outcome<Schedule> schedule = parse_operator("vote:100", StepDefaults{});
    if (!schedule) {
        std::fprintf(stderr, "%s\n", schedule.error().message.c_str());
        return 2;
    }
    asio::io_context loop;
    const Problem problem{"p1", "Which side will be up?", std::nullopt};
    const RunResult result =
        run_to_end(loop, run_operator(problem, std::make_shared<FixedSchedule>(*schedule), {}, with, {}));
    std::printf("%s won, b_seq %lld, b_total %lld\n", result.answer.value_or("nobody").c_str(),
                static_cast<long long>(result.budget.b_seq), static_cast<long long>(result.budget.b_total));
    return result.answer && result.budget.calls == 100 ? 0 : 1;
}
