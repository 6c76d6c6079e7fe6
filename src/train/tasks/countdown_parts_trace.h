// Reasoning about several countdowns as the model writes it: lines of search and checks, each with its part. Not
// public.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "train/tasks/countdown_examples.h"
#include "train/tasks/countdown_parts_words.h"

namespace retort::train::countdown_parts {

using countdown::Expression;
using countdown::joined;
using countdown::Words;

// An expression as answers show it, with no parenthesis that it does not need: " (10 + (15 - 14)) * 4".
void append_expression(Words& out, const Expression& expression);

// Candidates of each part; their places are those of a workspace.
using Drafted = std::array<std::vector<Expression>, kParts>;

// As the distiller `parts` hands them on.
std::string workspace_of(const Drafted& drafted);

// What stands in it, and which parts it has solved where.
class Trace {
  public:
    struct Found {
        Expression expression;
        std::size_t at = 0;  // words up to the verdict
    };

    const Words& words() const { return words_; }

    // Of the first so many words.
    std::array<std::optional<Expression>, kParts> found(std::size_t within) const;

    bool all_found() const;

    // A line for this way: "A 44: 15 - 14 = 1 10 4 10 + 1 = 11 4 15 7 44 ! (10 + (15 - 14)) * 4\n".
    void append_line(const Parts& parts, int part, const countdown::Way& way);

    // "A 44: #1 15 - 14 = 1 10 + 1 = 11 11 * 4 = 44 ok (10 + (15 - 14)) * 4\n". `candidate` from 0.
    void append_check(const Parts& parts, int part, const Expression& expression, int candidate);

    // The part whose turn it is: the next without a solution after that of the last line; `first` where there is none
    // yet. None where all are solved.
    std::optional<int> next_part(int first) const;

  private:
    void solve(int part, const Expression& expression);

    Words words_;
    std::array<std::optional<Found>, kParts> found_;
    int last_ = -1;  // the part of the last line
};

// Checks the candidates part by part, up to the first of each that holds.
void check_all(Trace& trace, const Parts& parts, const Drafted& drafted);

// Goes on with a line for each part in turn, ways in random order, until all are solved or more than `most` words are
// written.
void search_on(Trace& trace, const Parts& parts, generate::Draws& draws, std::size_t most);

// A line for each part that has an expression: "A: (10 + (15 - 14)) * 4".
std::string answer_of(const std::array<std::optional<Expression>, kParts>& found);

}  // namespace retort::train::countdown_parts
