// Time a pair of answers takes to be judged, over files of pairs. Prints one JSON object.
//
//     verify_bench FILE.jsonl... [--repeat 5]
//
// A line is {"gold","pred",...}, as `retort verify --cases` reads it. A pair's time is the least of the repetitions
// after one that is not counted; the first of all, with FLINT's caches empty, is "first_ms".
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "verify/verdict.h"

namespace {

using nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;

struct Pair {
    std::string id, gold, pred;
    double ms = 0;
};

std::string text_at(const nlohmann::json& object, const char* key) {
    const auto found = object.find(key);
    if (found == object.end() || found->is_null()) return "";
    return found->is_string() ? found->get<std::string>() : found->dump();
}

std::vector<Pair> read_pairs(const std::vector<std::string>& files) {
    std::vector<Pair> out;
    for (const std::string& file : files) {
        std::ifstream in(file);
        if (!in) throw std::runtime_error("cannot read " + file);
        for (std::string line; std::getline(in, line);) {
            const auto object = nlohmann::json::parse(line, nullptr, false);
            if (object.is_object() && object.contains("gold") && object.contains("pred"))
                out.push_back({text_at(object, "id"), text_at(object, "gold"), text_at(object, "pred")});
        }
    }
    if (out.empty()) throw std::runtime_error("expected lines of {\"gold\", \"pred\"}; found none");
    return out;
}

double judged_in_ms(const Pair& pair) {
    const auto start = Clock::now();
    static_cast<void>(retort::judge(pair.gold, pair.pred));
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

void measure(std::vector<Pair>& pairs, int repeat) {
    for (Pair& pair : pairs) static_cast<void>(judged_in_ms(pair));
    for (Pair& pair : pairs) {
        pair.ms = judged_in_ms(pair);
        for (int i = 1; i < repeat; ++i) pair.ms = std::min(pair.ms, judged_in_ms(pair));
    }
}

ordered_json summary(std::vector<Pair> pairs, double first_ms) {
    std::sort(pairs.begin(), pairs.end(), [](const Pair& a, const Pair& b) { return a.ms < b.ms; });
    double sum = 0;
    for (const Pair& pair : pairs) sum += pair.ms;
    const Pair& slowest = pairs.back();
    return {{"pairs", pairs.size()},
            {"mean_ms", sum / static_cast<double>(pairs.size())},
            {"median_ms", pairs[pairs.size() / 2].ms},
            {"p99_ms", pairs[pairs.size() * 99 / 100].ms},
            {"slowest_ms", slowest.ms},
            {"slowest", slowest.id.empty() ? slowest.gold.substr(0, 80) : slowest.id},
            {"first_ms", first_ms}};
}

}  // namespace

int main(int argc, char** argv) try {
    CLI::App app{"Time a pair of answers takes to be judged"};
    std::vector<std::string> files;
    int repeat = 5;
    app.add_option("files", files, "JSONL of {\"gold\", \"pred\"}")->required();
    app.add_option("--repeat", repeat, "repetitions of each pair")->check(CLI::Range(1, 1000));
    CLI11_PARSE(app, argc, argv);
    std::vector<Pair> pairs = read_pairs(files);
    const double first_ms = judged_in_ms(pairs.front());
    measure(pairs, repeat);
    fmt::print("{}\n", summary(std::move(pairs), first_ms).dump());
    return 0;
} catch (const std::exception& error) {
    fmt::print(stderr, "verify_bench: {}\n", error.what());
    return 1;
}
