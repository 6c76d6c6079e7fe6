#include "operator/judging.h"

#include "async/offload.h"

namespace retort {

Task<std::optional<Verdict>> verdict_on(const Problem& problem, std::optional<std::string> answer) {
    if (!problem.verifier->can_judge()) co_return std::nullopt;
    if (!answer) co_return Verdict::different;
    const std::shared_ptr<const Verifier> verifier = problem.verifier;
    if (!verifier->is_slow()) co_return verifier->judge(*answer).verdict;
    std::function<Verdict()> work = [verifier, answer = std::move(*answer)] { return verifier->judge(answer).verdict; };
    const Verdict verdict = co_await offload(std::move(work));
    co_return verdict;
}

}  // namespace retort
