// Makes a journal of many calls and times what reads it: `report_bench FILE --calls N`. The journal stays, so that
// `/usr/bin/time -v retort report FILE` can be measured on it.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>

#include "eval/report_journal.h"

namespace {

using namespace retort;
using namespace retort::test;

constexpr int kCallsOfPdr = 8 + 1 + 4 + 1 + 1;  // pdr:8,4 by summary
constexpr int kSamples = 16;

void add(EvalJournal& journal, const std::string& method, int problems, int words, std::uint64_t seed) {
    EvalShape shape;
    shape.method = method;
    shape.samples = kSamples;
    shape.seed = seed;
    shape.concurrency = 256;
    journal.add(shape, suite_of_sums(problems), student({6, words, 11, 211}));
}

}  // namespace

int main(int argc, char** argv) {
    std::string path;
    int calls = 1000;
    int words = 300;
    CLI::App app("Makes a journal of long CoT and PDR over made-up sums, for measuring reports");
    app.add_option("FILE", path)->required();
    app.add_option("--calls", calls, "Calls in all, about");
    app.add_option("--words", words, "Words of reasoning in a call");
    CLI11_PARSE(app, argc, argv);
    const auto begun = std::chrono::steady_clock::now();
    const int problems = std::max(calls / (kSamples * (kCallsOfPdr + 1)), 1);
    EvalJournal journal(path);
    add(journal, "cot", problems, 4 * words, 1);
    add(journal, "pdr:8,4", problems, words, 2);
    journal.close();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
    fmt::print("{}: {} problems, {} samples of each by cot and pdr:8,4, {} calls, {:.1f} s\n", path, problems, kSamples,
               problems * kSamples * (kCallsOfPdr + 1), took.count());
    return 0;
}
