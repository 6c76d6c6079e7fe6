#include "cli/shard.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <string_view>

namespace retort::cli {
namespace {

constexpr int kMostShards = 100'000;

// Digits alone.
std::optional<int> number(std::string_view text) {
    int out = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (error != std::errc() || end != text.data() + text.size() || text.front() == '-') return std::nullopt;
    return out;
}

}  // namespace

std::size_t Shard::problems(std::size_t all) const {
    const auto before = static_cast<std::size_t>(index - 1);
    return all <= before ? 0 : (all - before - 1) / static_cast<std::size_t>(of) + 1;
}

Outcome<Shard> parse_shard(const std::string& text) {
    const std::size_t slash = text.find('/');
    const auto index = number(std::string_view(text).substr(0, slash));
    const auto of = slash == text.npos ? std::nullopt : number(std::string_view(text).substr(slash + 1));
    if (!index || !of || *index < 1 || *of < *index || *of > kMostShards)
        return Error{
            ErrorKind::usage,
            fmt::format("--shard: expected I/N with 1 <= I <= N <= {}, such as 1/4, found \"{}\"", kMostShards, text)};
    return Shard{*index, *of};
}

Outcome<Suite> part_of(const Suite& suite, const Shard& shard) {
    Suite out;
    out.name = suite.name;
    for (auto i = static_cast<std::size_t>(shard.index - 1); i < suite.problems.size();
         i += static_cast<std::size_t>(shard.of))
        out.problems.push_back(suite.problems[i]);
    if (out.problems.empty())
        return Error{ErrorKind::usage,
                     fmt::format("--shard {}/{} has no problem, since there are {} in all: take at most as many shards",
                                 shard.index, shard.of, suite.problems.size())};
    out.hash = hash_of(out.problems);
    return out;
}

std::string shard_words(const Shard& shard, std::size_t all) {
    return fmt::format("shard {} of {}: {} of {} problem{}", shard.index, shard.of, shard.problems(all), all,
                       all == 1 ? "" : "s");
}

}  // namespace retort::cli
