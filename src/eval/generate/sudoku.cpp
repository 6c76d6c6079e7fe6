// Sudokus with one solution, made by emptying cells of a full grid.
#include <fmt/format.h>

#include <numeric>

#include "eval/generate/generator.h"
#include "eval/generate/sudoku_grid.h"

namespace retort::generate {
namespace {

struct SudokuSize {
    int box;
    int usual_blanks;
    int most_blanks;
};
constexpr SudokuSize kSmall{2, 8, 10};
constexpr SudokuSize kLarge{3, 40, 50};

GeneratedProblem problem_of(const SudokuGrid& puzzle, const SudokuGrid& solution) {
    return {"sudoku " + puzzle.digits(),
            fmt::format("sudoku {} {:016x}", puzzle.size(), invariant(puzzle)),
            "",
            {{"answer", solution.digits()}, {"puzzle", puzzle.digits()}}};
}

class SudokuGenerator : public Generator {
  public:
    SudokuGenerator(int box, int blanks) : box_(box), blanks_(static_cast<std::size_t>(blanks)) {}

    std::string_view line_kind() const override { return "sudoku"; }

    std::optional<GeneratedProblem> draw(Draws& draws) const override {
        const SudokuGrid solution = random_solution(draws, box_);
        std::vector<std::size_t> cells(solution.cells.size());
        std::iota(cells.begin(), cells.end(), std::size_t{0});
        draws.shuffle(cells);
        SudokuGrid puzzle = solution;
        std::size_t emptied = 0;
        for (std::size_t i = 0; i < cells.size() && emptied < blanks_; ++i) {
            puzzle.cells[cells[i]] = 0;
            if (has_one_solution(puzzle))
                ++emptied;
            else
                puzzle.cells[cells[i]] = solution.cells[cells[i]];
        }
        if (emptied < blanks_) return std::nullopt;
        return problem_of(puzzle, solution);
    }

    bool is_small() const override { return box_ == kSmall.box; }

    void enumerate(const std::function<void(GeneratedProblem)>& visit) const override {
        each_solution(empty_grid(box_), {1, 2, 3, 4}, [&](const SudokuGrid& solution) {
            SudokuGrid puzzle = solution;
            empty_cells(puzzle, solution, 0, blanks_, visit);
            return true;
        });
    }

  private:
    // Every choice of `left` cells from `first` on.
    void empty_cells(SudokuGrid& puzzle, const SudokuGrid& solution, std::size_t first, std::size_t left,
                     const std::function<void(GeneratedProblem)>& visit) const {
        if (left == 0) {
            if (has_one_solution(puzzle)) visit(problem_of(puzzle, solution));
            return;
        }
        for (std::size_t cell = first; cell + left <= puzzle.cells.size(); ++cell) {
            puzzle.cells[cell] = 0;
            empty_cells(puzzle, solution, cell + 1, left - 1, visit);
            puzzle.cells[cell] = solution.cells[cell];
        }
    }

    int box_;
    std::size_t blanks_;
};

}  // namespace

MadeGenerator make_sudoku_generator(const Difficulty& difficulty) {
    const int side = difficulty["size"];
    if (side != 4 && side != 9) return Error{ErrorKind::usage, fmt::format("--size: expected 4 or 9, found {}", side)};
    const SudokuSize& size = side == 4 ? kSmall : kLarge;
    const auto given = difficulty.numbers.find("blanks");
    const int blanks = given == difficulty.numbers.end() ? size.usual_blanks : given->second;
    if (blanks > size.most_blanks)
        return Error{ErrorKind::usage, fmt::format("--blanks: expected at most {} of the {} cells, found {}",
                                                   size.most_blanks, side * side, blanks)};
    return std::make_unique<const SudokuGenerator>(size.box, blanks);
}

}  // namespace retort::generate
