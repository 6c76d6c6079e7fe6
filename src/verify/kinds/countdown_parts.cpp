// Several countdowns in one problem, right when all of them are. {"parts":[{"numbers":[..],"target":N}, ..]}
#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "verify/kinds/kinds.h"
#include "verify/kinds/line.h"
#include "verify/kinds/number_game.h"

namespace retort {
namespace {

constexpr std::size_t kLeastParts = 2, kMostParts = 26;  // a letter each
constexpr std::size_t kMostRead = std::size_t{64} << 10;
constexpr std::string_view kNone = "none";

struct Numbers {
    std::vector<std::int64_t> numbers;
    std::int64_t target = 0;
};

std::string label_of(std::size_t part) {
    return {static_cast<char>('A' + part)};
}

bool is_word(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0;
}

// "A:", "A =", "(A)", "**Part A:**": a letter by itself with a mark behind it. Returns where the mark ends.
std::optional<std::size_t> label_end(std::string_view text, std::size_t letter) {
    if (letter > 0 && is_word(text[letter - 1])) return std::nullopt;
    const std::size_t end = std::min(text.find_first_not_of(" *_:=)", letter + 1), text.size());
    const std::string_view mark = text.substr(letter + 1, end - letter - 1);
    return mark.find_first_of(":=)") == std::string_view::npos ? std::nullopt : std::optional(end);
}

// What stands behind the last label of each part, up to the next label.
std::vector<std::string_view> sections_of(std::string_view text, std::size_t parts) {
    std::vector<std::string_view> out(parts);
    std::optional<std::size_t> open;
    std::size_t begin = 0;
    const auto close = [&](std::size_t end) {
        if (open) out[*open] = text.substr(begin, end - begin);
    };
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] < 'A' || text[at] >= static_cast<char>('A' + parts)) continue;
        const auto end = label_end(text, at);
        if (!end) continue;
        close(at);
        open = static_cast<std::size_t>(text[at] - 'A');
        begin = *end;
        at = *end - 1;
    }
    close(text.size());
    return out;
}

std::size_t answered(const PartAnswers& answers) {
    return static_cast<std::size_t>(std::count_if(answers.begin(), answers.end(), [](const auto& a) { return a; }));
}

class CountdownParts : public Verifier {
  public:
    explicit CountdownParts(const std::vector<Numbers>& parts) {
        for (std::size_t i = 0; i < parts.size(); ++i)
            parts_.push_back({label_of(i), number_verifier(parts[i].numbers, parts[i].target)});
    }

    // Where a solution has most parts; the surest place of those.
    std::optional<std::string> extract(std::string_view solution) const override {
        PartAnswers most(parts_.size());
        for (const std::string& region : answer_regions(solution)) {
            PartAnswers found = found_in(region);
            if (answered(found) > answered(most)) most = std::move(found);
        }
        return join(most);
    }

    Judgement judge(std::string_view answer) const override {
        const PartAnswers answers = take_apart(answer);
        std::string wrong;
        for (std::size_t i = 0; i < parts_.size(); ++i) {
            const Judgement part =
                answers[i] ? parts_[i].verifier->judge(*answers[i]) : Judgement{Verdict::different, "no expression"};
            if (part.verdict != Verdict::equal)
                wrong += (wrong.empty() ? "" : "; ") + parts_[i].label + ": " + part.reason;
        }
        if (wrong.empty()) return {Verdict::equal, "every part makes its target"};
        return {Verdict::different, wrong};
    }

    bool same(std::string_view a, std::string_view b) const override {
        const PartAnswers left = take_apart(a), right = take_apart(b);
        if (answered(left) == 0 && answered(right) == 0) return a == b;
        for (std::size_t i = 0; i < parts_.size(); ++i) {
            if (left[i].has_value() != right[i].has_value()) return false;
            if (left[i] && !parts_[i].verifier->same(*left[i], *right[i])) return false;
        }
        return true;
    }

    bool can_judge() const override { return true; }

    std::span<const AnswerPart> parts() const override { return parts_; }

    PartAnswers take_apart(std::string_view answer) const override { return found_in(text_end(answer, kMostRead)); }

    std::optional<std::string> join(const PartAnswers& answers) const override {
        if (answered(answers) == 0) return std::nullopt;
        std::string out;
        for (std::size_t i = 0; i < parts_.size(); ++i)
            out += (i == 0 ? "" : "; ") + parts_[i].label + ": " + answers[i].value_or(std::string(kNone));
        return out;
    }

  private:
    PartAnswers found_in(std::string_view text) const {
        const std::vector<std::string_view> sections = sections_of(text, parts_.size());
        PartAnswers out;
        for (std::size_t i = 0; i < parts_.size(); ++i) out.push_back(parts_[i].verifier->extract(sections[i]));
        return out;
    }

    std::vector<AnswerPart> parts_;
};

// The numbers have names that say which part they belong to: small models read a number with its name as one word.
std::string prompt(const std::vector<Numbers>& parts) {
    std::string out =
        "Write an arithmetic expression for each part. It must use each of the part's numbers exactly once, and no "
        "other number. Only +, -, *, / and parentheses are allowed.\n";
    for (std::size_t i = 0; i < parts.size(); ++i) {
        out += "Part " + label_of(i) + ": make " + std::to_string(parts[i].target) + " of";
        const auto& numbers = parts[i].numbers;
        for (std::size_t n = 0; n < numbers.size(); ++n)
            out += " " + std::string(1, static_cast<char>('a' + i)) + std::to_string(n + 1) + " = " +
                   std::to_string(numbers[n]) + (n + 1 == numbers.size() ? ".\n" : ",");
    }
    return out +
           "The answer has a line for each part: its letter, a colon, and the expression, written in the numbers "
           "themselves, or \"none\" where none was found.";
}

std::variant<std::vector<Numbers>, std::string> given_parts(const nlohmann::json& line) {
    const auto given = line.find("parts");
    if (given == line.end() || !given->is_array() || given->size() < kLeastParts || given->size() > kMostParts)
        return "expected \"parts\", a list of 2 to 26 objects with \"numbers\" and \"target\"";
    std::vector<Numbers> out;
    for (const nlohmann::json& part : *given) {
        const std::string where = "part " + label_of(out.size()) + ": ";
        if (!part.is_object()) return where + "expected an object";
        auto numbers = given_numbers(part);
        if (const auto* error = std::get_if<std::string>(&numbers)) return where + *error;
        const auto target = given_target(part);
        if (const auto* error = std::get_if<std::string>(&target)) return where + *error;
        out.push_back({std::get<0>(std::move(numbers)), std::get<0>(target)});
    }
    return out;
}

}  // namespace

KindResult make_countdown_parts(std::string_view text) {
    const auto line = nlohmann::json::parse(text, nullptr, false);
    if (!line.is_object()) return kind_error("expected a JSON object");
    const auto parts = given_parts(line);
    if (const auto* error = std::get_if<std::string>(&parts)) return kind_error(*error);
    const auto prose = text_field(line, "problem");
    KindResult out;
    out.problem = prose && has_letter(*prose) ? *prose : prompt(std::get<0>(parts));
    out.reference = reference_field(line);
    out.verifier = std::make_shared<const CountdownParts>(std::get<0>(parts));
    return out;
}

}  // namespace retort
