// Sudokus of 4x4 and 9x9 as numbers. Not public.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "eval/generate/draws.h"

namespace retort::generate {

// Cells row by row; 0 is empty.
struct SudokuGrid {
    int box = 2;  // 2: 4x4, 3: 9x9
    std::vector<int> cells;

    int size() const { return box * box; }
    std::string digits() const;
};

SudokuGrid empty_grid(int box);

// Shows the grid's solutions, digits tried in this order, until `visit` returns false.
void each_solution(const SudokuGrid& grid, const std::vector<int>& digits,
                   const std::function<bool(const SudokuGrid&)>& visit);

bool has_one_solution(const SudokuGrid& grid);

// A full grid by chance.
SudokuGrid random_solution(Draws& draws, int box);

// Equal for grids that differ by names of the digits, order of rows and columns within and among their bands, or by
// turning; different for almost all others.
std::uint64_t invariant(const SudokuGrid& grid);

}  // namespace retort::generate
