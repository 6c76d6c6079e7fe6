// Sudoku of 4 x 4 and 9 x 9, judged by its rules and its givens. "puzzle" or "problem" has the grid, row by row, with
// 0, . or _ for what is blank.
#include <algorithm>
#include <array>
#include <cctype>
#include <nlohmann/json.hpp>
#include <utility>

#include "verify/kinds/kinds.h"
#include "verify/kinds/line.h"

namespace retort {
namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// The grid's cells, or the empty text. Rules, brackets and blanks between them are passed over.
std::string cells_of(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (is_digit(c)) out += c;
        if (c == '.' || c == '_') out += '0';
        if (std::isalpha(static_cast<unsigned char>(c)) != 0) return "";
    }
    return out.size() == 16 || out.size() == 81 ? out : "";
}

std::size_t side_of(const std::string& grid) {
    return grid.size() == 16 ? 4 : 9;
}

std::string place(std::size_t side, std::size_t cell) {
    return "row " + std::to_string(cell / side + 1) + ", column " + std::to_string(cell % side + 1);
}

// What breaks the rules, blanks aside; empty when nothing does.
std::string conflict(const std::string& grid) {
    const std::size_t side = side_of(grid), box = side == 4 ? 2 : 3;
    std::array<std::array<bool, 10>, 9> rows{}, columns{}, boxes{};
    for (std::size_t cell = 0; cell < grid.size(); ++cell) {
        const auto digit = static_cast<std::size_t>(grid[cell] - '0');
        if (digit == 0) continue;
        if (digit > side) return std::to_string(digit) + " at " + place(side, cell);
        const std::size_t row = cell / side, column = cell % side, in = row / box * box + column / box;
        const std::string twice = " has " + std::to_string(digit) + " twice";
        if (rows[row][digit]) return "row " + std::to_string(row + 1) + twice;
        if (columns[column][digit]) return "column " + std::to_string(column + 1) + twice;
        if (boxes[in][digit]) return "box " + std::to_string(in + 1) + twice;
        rows[row][digit] = columns[column][digit] = boxes[in][digit] = true;
    }
    return "";
}

// ---- the grid in a solution

constexpr std::string_view kBetweenDigits = " \t\r|,;&+-=:*'\"`$[](){}<>\\/#";

// "Row 3:", "R3 |", "3." and "3)" before the row itself, under which `side` digits are left.
std::string_view without_label(std::string_view line, std::size_t side) {
    std::size_t at = line.find_first_not_of(" \t|*-");
    if (at == std::string_view::npos) return line;
    const std::size_t word = at;
    while (at < line.size() && std::isalpha(static_cast<unsigned char>(line[at])) != 0) ++at;
    const std::size_t letters = at - word;
    while (at < line.size() && (line[at] == ' ' || line[at] == '_')) ++at;
    const std::size_t number = at;
    while (at < line.size() && is_digit(line[at])) ++at;
    if (at == number || at - number > 1 || at >= line.size() || letters > 4) return line;
    if (std::string_view(".):|* ").find(line[at]) == std::string_view::npos) return line;
    const std::string_view rest = line.substr(at + 1);
    const auto digits = static_cast<std::size_t>(std::count_if(rest.begin(), rest.end(), is_digit));
    return digits == side ? rest : line;
}

// A command of TeX is layout: its name is no text.
std::string without_commands(std::string_view line) {
    std::string out;
    for (std::size_t i = 0; i < line.size();) {
        const bool command =
            line[i] == '\\' && i + 1 < line.size() && std::isalpha(static_cast<unsigned char>(line[i + 1]));
        if (!command) {
            out += line[i++];
            continue;
        }
        const bool environment = line.substr(i).starts_with("\\begin") || line.substr(i).starts_with("\\end");
        for (++i; i < line.size() && std::isalpha(static_cast<unsigned char>(line[i])) != 0;) ++i;
        // Its arguments: {array}{|cc|cc|}.
        while (environment && i < line.size() && line[i] == '{') i = std::min(line.find('}', i), line.size() - 1) + 1;
        out += ' ';
    }
    return out;
}

// Rows are gathered until there are enough for a grid; whatever is no row ends the gathering.
class GridFinder {
  public:
    explicit GridFinder(std::size_t side) : side_(side) {}

    void line(std::string_view text) {
        const std::string plain = without_commands(text);
        std::string run;
        for (const char c : without_label(plain, side_)) {
            if (is_digit(c) || c == '.' || c == '_' || c == '?') {
                run += c;
            } else if (kBetweenDigits.find(c) == std::string_view::npos) {
                take(run);
                run.clear();
            }
        }
        take(run);
    }

    const std::string& found() const { return found_; }

  private:
    void take(std::string run) {
        if (run.ends_with('.') && run.size() % side_ == 1) run.pop_back();  // the end of a sentence
        if (run.find_first_not_of('.') == std::string::npos) return;
        const auto whole = [this](char c) { return c >= '1' && c <= static_cast<char>('0' + side_); };
        if (run.size() % side_ != 0 || run.size() > side_ * side_ || !std::all_of(run.begin(), run.end(), whole)) {
            rows_.clear();
            return;
        }
        if (rows_.size() + run.size() > side_ * side_) rows_.clear();
        rows_ += run;
        if (rows_.size() == side_ * side_) found_ = std::exchange(rows_, "");
    }

    std::size_t side_;
    std::string rows_, found_;
};

std::optional<std::string> last_grid(std::string_view text, std::size_t side) {
    GridFinder finder(side);
    for (std::string_view rest = text; !rest.empty();) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        finder.line(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return finder.found().empty() ? std::nullopt : std::optional<std::string>(finder.found());
}

class SudokuVerifier : public Verifier {
  public:
    explicit SudokuVerifier(std::string puzzle) : puzzle_(std::move(puzzle)), side_(side_of(puzzle_)) {}

    std::optional<std::string> extract(std::string_view solution) const override {
        for (const std::string& region : answer_regions(solution))
            if (auto grid = last_grid(region, side_)) return grid;
        return std::nullopt;
    }

    Judgement judge(std::string_view answer) const override {
        const auto grid = last_grid(answer, side_);
        if (!grid) return {Verdict::different, "no grid of " + std::to_string(side_) + " rows that are filled in"};
        for (std::size_t cell = 0; cell < grid->size(); ++cell)
            if (puzzle_[cell] != '0' && puzzle_[cell] != (*grid)[cell])
                return {Verdict::different, std::string("the given ") + puzzle_[cell] + " at " + place(side_, cell) +
                                                " became " + (*grid)[cell]};
        const std::string wrong = conflict(*grid);
        if (!wrong.empty()) return {Verdict::different, wrong};
        return {Verdict::equal, "keeps all rules and givens"};
    }

    bool same(std::string_view a, std::string_view b) const override {
        const auto left = last_grid(a, side_), right = last_grid(b, side_);
        return left && right ? *left == *right : a == b;
    }

    bool can_judge() const override { return true; }

  private:
    std::string puzzle_;  // digits, 0 for a blank
    std::size_t side_;
};

std::string prompt(const std::string& puzzle) {
    const std::size_t side = side_of(puzzle), box = side == 4 ? 2 : 3;
    const std::string n = std::to_string(side), b = std::to_string(box);
    std::string out = "Solve this " + n + " x " + n + " sudoku. Every row, every column and every " + b + " x " + b +
                      " box must hold each digit from 1 to " + n + " once. A dot stands for a blank cell.\n\n";
    for (std::size_t cell = 0; cell < puzzle.size(); ++cell) {
        out += puzzle[cell] == '0' ? '.' : puzzle[cell];
        out += cell % side + 1 == side ? '\n' : ' ';
    }
    return out + "\nThe answer is the whole grid, row by row.";
}

}  // namespace

KindResult make_sudoku(std::string_view text) {
    const auto line = nlohmann::json::parse(text, nullptr, false);
    if (!line.is_object()) return kind_error("expected a JSON object");
    const auto given = text_field(line, "puzzle"), problem = text_field(line, "problem");
    const std::string puzzle = cells_of(given ? *given : problem.value_or(""));
    if (puzzle.empty())
        return kind_error("expected \"puzzle\" or \"problem\", a grid of 16 or 81 digits with 0 or . for a blank cell");
    const std::string wrong = conflict(puzzle);
    if (!wrong.empty()) return kind_error("expected a grid that can be solved, found that " + wrong);
    const std::string prose = problem && has_letter(*problem) ? *problem : prompt(puzzle);
    return {std::make_shared<const SudokuVerifier>(puzzle), prose, reference_field(line), ""};
}

}  // namespace retort
