#include "distill/selection.h"

#include <algorithm>
#include <string>

#include "base/text.h"

namespace retort {
namespace {

std::string_view last_line(std::string_view text) {
    text = trim(text);
    const auto newline = text.rfind('\n');
    return newline == std::string_view::npos ? text : text.substr(newline + 1);
}

std::string_view selection_part(std::string_view reply) {
    constexpr std::string_view kMarker = "SELECT:";
    const auto at = reply.rfind(kMarker);
    if (at == std::string_view::npos) return last_line(reply);
    const std::string_view rest = trim(reply.substr(at + kMarker.size()));
    return rest.substr(0, rest.find('\n'));
}

// The numbers in a line; none at all when one is longer than any candidate's number can be.
std::vector<int> numbers_in(std::string_view line) {
    std::vector<int> out;
    for (std::size_t i = 0; i < line.size();) {
        if (line[i] < '0' || line[i] > '9') {
            ++i;
            continue;
        }
        const std::size_t end = std::min(line.find_first_not_of("0123456789", i), line.size());
        if (end - i > 6) return {};
        out.push_back(std::stoi(std::string(line.substr(i, end - i))));
        i = end;
    }
    return out;
}

// SplitMix64: the same numbers everywhere, which std::uniform_int_distribution does not promise.
std::uint64_t next_random(std::uint64_t& state) {
    std::uint64_t z = (state += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
}

// Uniform below n, by rejection.
std::uint64_t below(std::uint64_t n, std::uint64_t& state) {
    const std::uint64_t limit = UINT64_MAX - UINT64_MAX % n;
    std::uint64_t value = next_random(state);
    while (value >= limit) value = next_random(state);
    return value % n;
}

// min(k, n) different indices below n, in the order in which they were drawn.
std::vector<int> drawn(int k, int n, std::uint64_t seed) {
    std::vector<int> indices(static_cast<std::size_t>(std::max(n, 0)));
    for (std::size_t i = 0; i < indices.size(); ++i) indices[i] = static_cast<int>(i);
    const std::size_t wanted = std::min(static_cast<std::size_t>(std::max(k, 0)), indices.size());
    for (std::size_t i = 0; i < wanted; ++i) std::swap(indices[i], indices[i + below(indices.size() - i, seed)]);
    indices.resize(wanted);
    return indices;
}

}  // namespace

std::optional<std::vector<int>> parse_selection(std::string_view reply, int k, int n) {
    std::vector<int> chosen;
    for (const int number : numbers_in(selection_part(reply))) {
        if (number < 1 || number > n) return std::nullopt;
        if (std::find(chosen.begin(), chosen.end(), number - 1) == chosen.end()) chosen.push_back(number - 1);
    }
    if (chosen.empty() || chosen.size() > static_cast<std::size_t>(std::max(k, 0))) return std::nullopt;
    return chosen;
}

std::vector<int> random_k(int k, int n, std::uint64_t seed) {
    std::vector<int> indices = drawn(k, n, seed);
    std::sort(indices.begin(), indices.end());
    return indices;
}

std::vector<int> shuffled(int n, std::uint64_t seed) {
    return drawn(n, n, seed);
}

}  // namespace retort
