// An operator of one's own: drafts until two of them agree, at most eight, then their answer.
#include <cstdio>

#include "model/scripted_model.h"
#include "operator/engine.h"

using namespace retort;

namespace {

// A policy is const and holds no state: everything that it knows is in the view.
class UntilTwoAgree : public Policy {
  public:
    std::string name() const override { return "until-two-agree"; }

    Decision decide(const RunView& run) const override {
        if (run.rounds.empty()) return drafts();
        const std::vector<AnswerCount> answers = count_answers(run.rounds.back().drafts);
        const bool agreed = !answers.empty() && answers.front().drafts.size() >= 2;
        if (agreed || run.outstanding() == 0) return vote();  // drafts that are still under way are cancelled
        return Wait{};
    }

    Schedule rest(const RunView&) const override { return {name(), {}, vote()}; }

  private:
    static Round drafts() {
        Round round;
        round.width = 8;
        return round;
    }
    static FinishStep vote() {
        FinishStep finish;
        finish.kind = FinishKind::vote;
        return finish;
    }
};

}  // namespace

int main() {
    // Draft 0 is wrong, all others agree. Each takes ten milliseconds longer than the one before.
    ScriptedModel model(
        [](const CompletionRequest& request) {
            return scripted_text(request.place.draft == 0 ? "\\boxed{41}" : "\\boxed{42}");
        },
        [](const CompletionRequest& request) { return std::chrono::milliseconds(10 * request.place.draft); });

    EngineDependencies with;
    with.models.by_name = {{"scripted", &model}};
    with.models.main = "scripted";
    with.prompts = &prompt_set_for("scripted");

    asio::io_context loop;
    const Problem problem{"p1", "What is six times seven?", std::nullopt};
    const RunResult result = run_to_end(loop, run_operator(problem, std::make_shared<UntilTwoAgree>(), {}, with, {}));
    std::printf("answer %s after %lld of 8 drafts\n", result.answer.value_or("none").c_str(),
                static_cast<long long>(result.budget.calls));
    return result.answer == "42" ? 0 : 1;
}
