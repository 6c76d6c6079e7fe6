#include "train/tasks/countdown_parts_trace.h"

#include <algorithm>
#include <utility>

namespace retort::train::countdown_parts {
namespace {

using namespace countdown;

constexpr int kWhole = 2 * kNumbers - 2;  // the place of an expression's value

int rank(char operation) {
    return operation == '+' || operation == '-' ? 1 : 2;
}

class Spelling {
  public:
    Spelling(const Expression& expression, Words& out) : expression_(expression), out_(out) {}

    // In parentheses where it binds less than `weakest`. `inner`: it stands right behind a parenthesis.
    void write(int place, int weakest, bool inner) {
        if (place < kNumbers) {
            const int number = expression_.numbers[static_cast<std::size_t>(place)];
            out_.push_back(inner ? inner_number_word(number) : number_word(number));
            return;
        }
        const Step& step = expression_.steps[static_cast<std::size_t>(place - kNumbers)];
        const int binds = rank(step.operation);
        const bool enclosed = binds < weakest;
        if (enclosed) out_.push_back(inner ? kInnerOpen : kOpen);
        write(step.left, binds, inner || enclosed);
        out_.push_back(move_word(step.operation));
        write(step.right, binds + 1, false);
        if (enclosed) out_.push_back(kClose);
    }

  private:
    const Expression& expression_;
    Words& out_;
};

const Problem& at(const Parts& parts, int part) {
    return parts[static_cast<std::size_t>(part)];
}

}  // namespace

void append_expression(Words& out, const Expression& expression) {
    Spelling(expression, out).write(kWhole, 0, false);
}

std::string workspace_of(const Drafted& drafted) {
    Words words;
    for (int part = 0; part < kParts; ++part) {
        const std::vector<Expression>& candidates = drafted[static_cast<std::size_t>(part)];
        if (part > 0) words.push_back(kLineEnd);
        words.push_back(label_word(part));
        if (candidates.empty()) words.push_back(kNone);
        for (std::size_t i = 0; i < candidates.size(); ++i) {
            if (i > 0) words.push_back(kBetween);
            append_expression(words, candidates[i]);
        }
    }
    return joined(words);
}

std::array<std::optional<Expression>, kParts> Trace::found(std::size_t within) const {
    std::array<std::optional<Expression>, kParts> out;
    for (std::size_t part = 0; part < out.size(); ++part)
        if (found_[part] && found_[part]->at <= within) out[part] = found_[part]->expression;
    return out;
}

bool Trace::all_found() const {
    return std::all_of(found_.begin(), found_.end(), [](const auto& one) { return one.has_value(); });
}

void Trace::append_line(const Parts& parts, int part, const Way& way) {
    last_ = part;
    words_.push_back(header_word(part, at(parts, part).target));
    if (const auto hit = countdown::append_line(words_, at(parts, part), way)) solve(part, *hit);
}

void Trace::append_check(const Parts& parts, int part, const Expression& expression, int candidate) {
    last_ = part;
    words_.push_back(header_word(part, at(parts, part).target));
    words_.push_back(check_word(candidate + 1));
    countdown::append_check(words_, expression, at(parts, part).target);
    if (words_.back() == kOk) solve(part, expression);
}

void Trace::solve(int part, const Expression& expression) {
    found_[static_cast<std::size_t>(part)] = Found{expression, words_.size()};
    append_expression(words_, expression);
    words_.push_back(kLineEnd);
}

std::optional<int> Trace::next_part(int first) const {
    const int begin = last_ < 0 ? first : last_ + 1;
    for (int i = 0; i < kParts; ++i) {
        const int part = (begin + i) % kParts;
        if (!found_[static_cast<std::size_t>(part)]) return part;
    }
    return std::nullopt;
}

void check_all(Trace& trace, const Parts& parts, const Drafted& drafted) {
    for (int part = 0; part < kParts; ++part) {
        const std::vector<Expression>& candidates = drafted[static_cast<std::size_t>(part)];
        for (std::size_t i = 0; i < candidates.size(); ++i) {
            trace.append_check(parts, part, candidates[i], static_cast<int>(i));
            if (trace.found(trace.words().size())[static_cast<std::size_t>(part)]) break;
        }
    }
}

void search_on(Trace& trace, const Parts& parts, generate::Draws& draws, std::size_t most) {
    std::array<std::vector<Way>, kParts> ways;
    for (int part = 0; part < kParts; ++part) ways[static_cast<std::size_t>(part)] = ways_of(at(parts, part));
    const int first = draws.between(0, kParts - 1);
    while (trace.words().size() <= most) {
        const auto part = trace.next_part(first);
        if (!part) return;
        std::vector<Way>& left = ways[static_cast<std::size_t>(*part)];
        if (left.empty()) return;
        std::swap(left[draws.below(left.size())], left.back());
        trace.append_line(parts, *part, left.back());
        left.pop_back();
    }
}

std::string answer_of(const std::array<std::optional<Expression>, kParts>& found) {
    Words words;
    for (int part = 0; part < kParts; ++part) {
        const auto& expression = found[static_cast<std::size_t>(part)];
        if (!expression) continue;
        if (!words.empty()) words.push_back(kLineEnd);
        words.push_back(label_word(part));
        append_expression(words, *expression);
    }
    return joined(words);
}

}  // namespace retort::train::countdown_parts
