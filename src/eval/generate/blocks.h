// States of blocks on a table, and plans from one to another. Not public.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "eval/generate/draws.h"

namespace retort::generate {

inline constexpr int kTable = -1;

// What each block lies on: another block or the table.
using Blocks = std::vector<int>;

Blocks random_blocks(Draws& draws, int many);

// Every state of that many blocks, once.
void each_blocks(int many, const std::function<void(const Blocks&)>& visit);

// "a".
std::string block_name(int block);

// Whether every block that lies on another in `goal` does so in `state`.
bool reached(const Blocks& state, const Blocks& goal);

// Actions "(unstack c b)" and so on, from state to goal; short, but not always the shortest.
std::vector<std::string> plan_of(Blocks state, const Blocks& goal);

// Equal for pairs that differ by the blocks' names; different for almost all others.
std::uint64_t invariant(const Blocks& start, const Blocks& goal);

}  // namespace retort::generate
