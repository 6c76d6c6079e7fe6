#include "eval/generate/sudoku_grid.h"

#include <algorithm>
#include <bit>
#include <numeric>

namespace retort::generate {
namespace {

// Which digits each row, column and box has, as bits.
class Search {
  public:
    Search(const SudokuGrid& grid, const std::vector<int>& digits, const std::function<bool(const SudokuGrid&)>& visit)
        : grid_(grid), digits_(digits), visit_(visit), rows_(count()), columns_(count()), boxes_(count()) {
        for (std::size_t cell = 0; cell < grid_.cells.size(); ++cell)
            if (grid_.cells[cell] != 0) put(cell, grid_.cells[cell]);
    }

    bool run() {
        std::size_t cell = 0;
        if (!tightest(cell)) return visit_(grid_);
        const unsigned used = used_at(cell);
        for (const int digit : digits_) {
            if ((used >> digit) & 1U) continue;
            put(cell, digit);
            const bool go_on = run();
            take(cell, digit);
            if (!go_on) return false;
        }
        return true;
    }

  private:
    std::size_t count() const { return static_cast<std::size_t>(grid_.size()); }
    std::size_t row(std::size_t cell) const { return cell / count(); }
    std::size_t column(std::size_t cell) const { return cell % count(); }
    std::size_t box(std::size_t cell) const {
        const auto side = static_cast<std::size_t>(grid_.box);
        return row(cell) / side * side + column(cell) / side;
    }
    unsigned used_at(std::size_t cell) const { return rows_[row(cell)] | columns_[column(cell)] | boxes_[box(cell)]; }

    void put(std::size_t cell, int digit) {
        grid_.cells[cell] = digit;
        flip(cell, digit);
    }
    void take(std::size_t cell, int digit) {
        grid_.cells[cell] = 0;
        flip(cell, digit);
    }
    void flip(std::size_t cell, int digit) {
        const unsigned bit = 1U << digit;
        rows_[row(cell)] ^= bit;
        columns_[column(cell)] ^= bit;
        boxes_[box(cell)] ^= bit;
    }

    // The empty cell with the fewest digits left. False: there is none.
    bool tightest(std::size_t& out) const {
        int most_used = -1;
        for (std::size_t cell = 0; cell < grid_.cells.size(); ++cell) {
            if (grid_.cells[cell] != 0) continue;
            const int used = std::popcount(used_at(cell));
            if (used <= most_used) continue;
            most_used = used;
            out = cell;
        }
        return most_used >= 0;
    }

    SudokuGrid grid_;
    const std::vector<int>& digits_;
    const std::function<bool(const SudokuGrid&)>& visit_;
    std::vector<unsigned> rows_;
    std::vector<unsigned> columns_;
    std::vector<unsigned> boxes_;
};

std::vector<int> digits_in_order(const SudokuGrid& grid) {
    std::vector<int> out(static_cast<std::size_t>(grid.size()));
    std::iota(out.begin(), out.end(), 1);
    return out;
}

// Colours of the cells are refined by those of the cells that they share a row, column, box or digit with.
std::vector<std::uint64_t> refined(const SudokuGrid& grid, const std::vector<std::uint64_t>& colours) {
    const auto size = static_cast<std::size_t>(grid.size());
    const auto side = static_cast<std::size_t>(grid.box);
    std::vector<std::vector<std::uint64_t>> rows(size), columns(size), boxes(size), digits(size + 1);
    for (std::size_t cell = 0; cell < colours.size(); ++cell) {
        const std::size_t row = cell / size, column = cell % size;
        rows[row].push_back(colours[cell]);
        columns[column].push_back(colours[cell]);
        boxes[row / side * side + column / side].push_back(colours[cell]);
        digits[static_cast<std::size_t>(grid.cells[cell])].push_back(colours[cell]);
    }
    std::vector<std::uint64_t> out(colours.size());
    for (std::size_t cell = 0; cell < colours.size(); ++cell) {
        const std::size_t row = cell / size, column = cell % size;
        const auto digit = static_cast<std::size_t>(grid.cells[cell]);
        // A grid may be turned: rows and columns are a pair without order.
        const std::uint64_t lines = mix_unordered({mix_unordered(rows[row]), mix_unordered(columns[column])});
        const std::uint64_t in_box = mix_unordered(boxes[row / side * side + column / side]);
        const std::uint64_t same_digit = digit == 0 ? 0 : mix_unordered(digits[digit]);
        out[cell] = mix(mix(colours[cell], lines), mix(in_box, same_digit));
    }
    return out;
}

}  // namespace

std::string SudokuGrid::digits() const {
    std::string out;
    for (const int cell : cells) out += static_cast<char>('0' + cell);
    return out;
}

SudokuGrid empty_grid(int box) {
    const auto size = static_cast<std::size_t>(box * box);
    return {box, std::vector<int>(size * size)};
}

void each_solution(const SudokuGrid& grid, const std::vector<int>& digits,
                   const std::function<bool(const SudokuGrid&)>& visit) {
    Search(grid, digits, visit).run();
}

bool has_one_solution(const SudokuGrid& grid) {
    int found = 0;
    each_solution(grid, digits_in_order(grid), [&found](const SudokuGrid&) { return ++found < 2; });
    return found == 1;
}

SudokuGrid random_solution(Draws& draws, int box) {
    SudokuGrid out = empty_grid(box);
    std::vector<int> digits = digits_in_order(out);
    draws.shuffle(digits);
    // The first row by chance too: the search always begins at the same cell.
    for (std::size_t i = 0; i < digits.size(); ++i) out.cells[i] = digits[i];
    draws.shuffle(digits);
    const SudokuGrid start = out;
    each_solution(start, digits, [&out](const SudokuGrid& found) {
        out = found;
        return false;
    });
    return out;
}

std::uint64_t invariant(const SudokuGrid& grid) {
    constexpr int kRounds = 5;
    std::vector<std::uint64_t> colours;
    for (const int cell : grid.cells) colours.push_back(cell == 0 ? 0 : 1);
    for (int round = 0; round < kRounds; ++round) colours = refined(grid, colours);
    return mix_unordered(colours);
}

}  // namespace retort::generate
