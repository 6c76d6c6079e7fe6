// Two answers, apart by the first byte that is no part of a text (0x01): any verdict is fine, but it is the same one
// with the sides swapped (a rounded decimal excepted), each side equals itself, and all of it takes bounded work.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <string_view>

#include "verify/answer.h"
#include "verify/verdict.h"

namespace {

using namespace retort;

// CPU time of a whole input, sanitizers and coverage included; a pair alone stays below 50 ms in a release build.
constexpr double kMostSeconds = 2.5;

double cpu_seconds() {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

void check(bool fine, const char* what) {
    if (fine) return;
    std::fprintf(stderr, "not so: %s\n", what);
    std::abort();
}

// Nothing to compare with, on either side.
bool missing(Comparison comparison) {
    return comparison.stage == VerifyStage::missing;
}

void check_swap(std::string_view a, std::string_view b) {
    const Comparison forth = compare_values(a, b), back = compare_values(b, a);
    const bool rounded = forth.stage == VerifyStage::rounding || back.stage == VerifyStage::rounding;
    check(rounded || missing(forth) || forth.verdict == back.verdict, "a swap keeps the verdict");
}

void check_itself(std::string_view text) {
    const Comparison comparison = compare_values(text, text);
    check(missing(comparison) || comparison.verdict == Verdict::equal, "a value equals itself");
    const auto answer = extract_answer(text);
    check(!answer || answer->size() <= 4096, "an answer is short");
}

// One way round: the fuzzer finds the other as an input of its own.
void check_judging(std::string_view reference, std::string_view text) {
    const std::string why = explain(reference, text, judge(reference, text));
    check(!why.empty() && why.size() <= 300, "a reason is one short line");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const std::size_t cut = text.find('\x01');
    const std::string_view a = text.substr(0, cut);
    const std::string_view b = cut == std::string_view::npos ? a : text.substr(cut + 1);
    const double start = cpu_seconds();
    check_swap(a, b);
    check_itself(a);
    check_itself(b);
    check_judging(a, b);
    check(cpu_seconds() - start < kMostSeconds, "the work is bounded");
    return 0;
}
