// What a generator of problems is. A new one is a file here, its function below and a row in generate.cpp. Not public.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "eval/generate/draws.h"
#include "eval/generate/generate.h"

namespace retort::generate {

struct GeneratedProblem {
    std::string canonical;          // equal for problems that are the same to a solver
    std::string family;             // equal also for those that differ in names or order alone: decides the split
    std::string text;               // what a model reads; empty: as the kind of its lines words it
    nlohmann::ordered_json fields;  // "answer" and what the kind of its lines needs, in this order
};

// Immutable; any thread.
class Generator {
  public:
    virtual ~Generator() = default;

    // As in a line's "kind".
    virtual std::string_view line_kind() const = 0;

    // Any problem of this difficulty; nothing where this draw came to none.
    virtual std::optional<GeneratedProblem> draw(Draws& draws) const = 0;

    // The problems that draw() can give are few enough to go through them.
    virtual bool is_small() const = 0;

    // Shows each of them, once or oftener. For small spaces only.
    virtual void enumerate(const std::function<void(GeneratedProblem)>& visit) const = 0;
};

using MadeGenerator = Outcome<std::unique_ptr<const Generator>>;

MadeGenerator make_countdown_generator(const Difficulty& difficulty);
MadeGenerator make_countdown_parts_generator(const Difficulty& difficulty);
MadeGenerator make_game24_generator(const Difficulty& difficulty);
MadeGenerator make_sudoku_generator(const Difficulty& difficulty);
MadeGenerator make_blocksworld_generator(const Difficulty& difficulty);
MadeGenerator make_arithmetic_generator(const Difficulty& difficulty);

}  // namespace retort::generate
