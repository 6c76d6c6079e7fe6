// Any text as a solution to a problem of each kind that is judged at once, and as a problem's line: no crash, no hang,
// and an answer that was found is found in itself again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "verify/kind.h"

namespace {

using retort::Verifier;

constexpr const char* kLines[]{
    R"({"kind":"countdown","numbers":[3,5,7,100],"target":24})", R"({"kind":"game24","problem":"1 1 4 6"})",
    R"({"kind":"countdown-parts","parts":[{"numbers":[3,5,7,100],"target":24},{"numbers":[2,3],"target":6}]})",
    R"({"kind":"sudoku","puzzle":"1030040020004003"})",
    R"line({"kind":"blocksworld","pddl":"(define (problem p) (:objects a b) (:init (on b a)) (:goal (on a b)))"})line"};

std::vector<std::shared_ptr<const Verifier>> verifiers() {
    std::vector<std::shared_ptr<const Verifier>> out;
    for (const char* line : kLines) {
        out.push_back(retort::make_verifier(line).verifier);
        if (!out.back()) std::abort();
    }
    return out;
}

void check(const Verifier& verifier, std::string_view text) {
    (void)verifier.judge(text);
    const auto answer = verifier.extract(text);
    if (!answer) return;
    if (!verifier.same(*answer, *answer) || verifier.extract(*answer) != answer) std::abort();
    if (verifier.judge(*answer).verdict == retort::Verdict::unknown) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto all = verifiers();
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    for (const auto& verifier : all) check(*verifier, text);
    for (const retort::VerifierKind& kind : retort::verifier_kinds()) (void)retort::make_verifier(text, kind.name);
    return 0;
}
