#include "train/tasks/example_file.h"

#include <fmt/format.h>

#include <bit>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/hash.h"
#include "base/text.h"
#include "eval/generate/draws.h"
#include "eval/suite.h"
#include "operator/solution.h"

namespace retort::train {
namespace {

using nlohmann::json;

constexpr const char* kForms =
    R"(expected "problem" and "solution", or "messages" that end with one of the assistant, or "text")";

Span plain(std::string text) {
    return {std::move(text), true, false};
}

std::optional<std::string> text_at(const json& object, const char* key) {
    const auto found = object.find(key);
    if (found == object.end() || !found->is_string()) return std::nullopt;
    const auto text = found->get<std::string>();
    return trim(text).empty() ? std::nullopt : std::optional(text);
}

bool has_marker(const std::string& solution, const std::string& marker) {
    Completion completion;
    completion.text = solution;
    return !marker.empty() && find_solution(completion, marker, 0).marked;
}

// Without marks of its own, a model is asked to write the marker between reasoning and solution.
std::string with_marker(const std::string& reasoning, const std::string& solution, const std::string& marker) {
    if (marker.empty() || has_marker(solution, marker)) return reasoning + "\n\n" + solution;
    return reasoning + "\n\n" + marker + "\n\n" + solution;
}

Example worked(const std::string& problem, const std::string& solution, const std::string& reasoning,
               const ExampleStyle& style) {
    Example out{"solution", draft_question(style.prompts, problem), {}};
    out.think = !reasoning.empty();
    if (reasoning.empty() || style.marks_reasoning) {
        out.reasoning = reasoning;
        out.completion.push_back(plain(solution));
    } else {
        out.completion.push_back(plain(with_marker(reasoning, solution, style.prompts.marker)));
    }
    return out;
}

std::optional<Example> conversation(const json& messages) {
    if (!messages.is_array() || messages.size() < 2) return std::nullopt;
    Example out{"conversation", {}, {}};
    out.think = false;
    for (const json& message : messages) {
        const auto role = message.is_object() ? text_at(message, "role") : std::nullopt;
        const auto content = message.is_object() ? text_at(message, "content") : std::nullopt;
        if (!content || (role != "system" && role != "user" && role != "assistant")) return std::nullopt;
        out.prompt.push_back({*role, *content});
    }
    if (out.prompt.back().role != "assistant") return std::nullopt;
    out.completion.push_back(plain(out.prompt.back().content));
    out.prompt.pop_back();
    return out;
}

struct Line {
    Example example;
    std::string question;
};

std::string asked(const std::vector<Message>& messages) {
    std::string out;
    for (const Message& message : messages) out += message.content + "\n";
    return out;
}

std::optional<Line> line_of(const json& object, const ExampleStyle& style) {
    const auto problem = text_at(object, "problem");
    const auto solution = text_at(object, "solution");
    if (problem && solution)
        return Line{worked(*problem, *solution, text_at(object, "reasoning").value_or(""), style), *problem};
    if (object.contains("messages")) {
        const auto example = conversation(object["messages"]);
        if (!example) return std::nullopt;
        return Line{*example, asked(example->prompt)};
    }
    const auto text = text_at(object, "text");
    if (!text) return std::nullopt;
    return Line{{"text", {}, {plain(*text)}}, *text};
}

// A bijection of 0 .. size-1 that the key decides: a Feistel network over the next power of four, walked until it is
// within.
std::uint64_t permuted(std::uint64_t key, std::uint64_t place, std::uint64_t size) {
    const int half = (std::bit_width(size - 1) + 1) / 2;
    const std::uint64_t mask = (std::uint64_t{1} << half) - 1;
    do {
        std::uint64_t left = place >> half;
        std::uint64_t right = place & mask;
        for (std::uint64_t round = 0; round < 4; ++round) {
            const std::uint64_t mixed = generate::mix(generate::mix(key, round), right) & mask;
            left = std::exchange(right, left ^ mixed);
        }
        place = (left << half) | right;
    } while (place >= size);
    return place;
}

}  // namespace

std::vector<Message> draft_question(const PromptSet& prompts, const std::string& problem) {
    const std::map<std::string, std::string> values{{"problem", problem}, {"marker", prompts.marker}};
    std::vector<Message> out;
    if (prompts.templates.contains("system"))
        out.push_back({"system", render(prompts.templates.at("system"), values).value()});
    out.push_back({"user", render(prompts.templates.at("draft"), values).value()});
    return out;
}

Outcome<ExampleFile> ExampleFile::parse(const std::string& name, const std::string& text, const ExampleStyle& style) {
    ExampleFile out;
    out.digest_ = sha256_hex(text);
    std::size_t number = 0;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        const std::string_view line = trim(std::string_view(text).substr(begin, end - begin));
        begin = end + 1;
        ++number;
        if (line.empty()) continue;
        const json object = json::parse(line, nullptr, false);
        if (!object.is_object())
            return Error{ErrorKind::file, fmt::format("{}:{}: expected a JSON object a line", name, number)};
        auto read = line_of(object, style);
        if (!read) return Error{ErrorKind::file, fmt::format("{}:{}: {}", name, number, kForms)};
        out.examples_.push_back(std::move(read->example));
        out.questions_.push_back(std::move(read->question));
    }
    if (out.examples_.empty()) return Error{ErrorKind::file, fmt::format("{}: holds no example: {}", name, kForms)};
    return out;
}

Outcome<ExampleFile> ExampleFile::load(const std::string& path, const ExampleStyle& style) {
    const auto text = read_suite_file(path);
    if (!text) return Error{text.error().kind, "sft.examples: " + text.error().message};
    return parse(path, *text, style);
}

Example ExampleFile::example(std::uint64_t seed, std::uint64_t index, double) const {
    const std::uint64_t size = examples_.size();
    return examples_[permuted(generate::mix(seed, index / size), index % size, size)];
}

std::vector<std::string> ExampleFile::questions() const {
    return questions_;
}

void ExampleFile::remove(const std::vector<std::size_t>& places) {
    for (auto place = places.rbegin(); place != places.rend(); ++place) {
        examples_.erase(examples_.begin() + static_cast<std::ptrdiff_t>(*place));
        questions_.erase(questions_.begin() + static_cast<std::ptrdiff_t>(*place));
    }
}

}  // namespace retort::train
