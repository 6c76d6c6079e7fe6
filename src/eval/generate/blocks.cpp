#include "eval/generate/blocks.h"

#include <algorithm>
#include <numeric>

namespace retort::generate {
namespace {

constexpr int kNothing = -1;

int above(const Blocks& state, int block) {
    for (std::size_t i = 0; i < state.size(); ++i)
        if (state[i] == block) return static_cast<int>(i);
    return kNothing;
}

int& below(Blocks& state, int block) {
    return state[static_cast<std::size_t>(block)];
}

int below(const Blocks& state, int block) {
    return state[static_cast<std::size_t>(block)];
}

// The block and all below it lie as the goal has them: it never has to move again.
bool is_settled(const Blocks& state, const Blocks& goal, int block) {
    for (; block != kTable; block = below(state, block))
        if (below(state, block) != below(goal, block)) return false;
    return true;
}

// A clear block that can go to its place at once; kNothing where there is none.
int block_for_its_place(const Blocks& state, const Blocks& goal) {
    for (int block = 0; block < static_cast<int>(state.size()); ++block) {
        const int place = below(goal, block);
        if (place == kTable || above(state, block) != kNothing || is_settled(state, goal, block)) continue;
        if (above(state, place) == kNothing && is_settled(state, goal, place)) return block;
    }
    return kNothing;
}

// A clear block in the way: it goes to the table.
int block_in_the_way(const Blocks& state, const Blocks& goal) {
    for (int block = 0; block < static_cast<int>(state.size()); ++block)
        if (above(state, block) == kNothing && below(state, block) != kTable && !is_settled(state, goal, block))
            return block;
    return kNothing;
}

void move(Blocks& state, int block, int place, std::vector<std::string>& plan) {
    const std::string name = block_name(block);
    const int from = below(state, block);
    plan.push_back(from == kTable ? "(pick-up " + name + ")" : "(unstack " + name + " " + block_name(from) + ")");
    plan.push_back(place == kTable ? "(put-down " + name + ")" : "(stack " + name + " " + block_name(place) + ")");
    below(state, block) = place;
}

// No two on the same block, and no circles.
bool is_possible(const Blocks& state) {
    for (int block = 0; block < static_cast<int>(state.size()); ++block) {
        std::size_t steps = 0;
        for (int at = block; at != kTable; at = below(state, at))
            if (++steps > state.size()) return false;
        if (below(state, block) != kTable && std::count(state.begin(), state.end(), below(state, block)) > 1)
            return false;
    }
    return true;
}

void choose_places(Blocks& state, std::size_t next, const std::function<void(const Blocks&)>& visit) {
    if (next == state.size()) {
        if (is_possible(state)) visit(state);
        return;
    }
    for (int place = kTable; place < static_cast<int>(state.size()); ++place) {
        state[next] = place;
        choose_places(state, next + 1, visit);
    }
}

}  // namespace

Blocks random_blocks(Draws& draws, int many) {
    std::vector<int> order(static_cast<std::size_t>(many));
    std::iota(order.begin(), order.end(), 0);
    draws.shuffle(order);
    Blocks out(order.size(), kTable);
    std::vector<int> tops{kTable};  // places to lay a block; the table stays one
    for (const int block : order) {
        const std::size_t place = draws.below(tops.size());
        below(out, block) = tops[place];
        if (tops[place] == kTable)
            tops.push_back(block);
        else
            tops[place] = block;
    }
    return out;
}

void each_blocks(int many, const std::function<void(const Blocks&)>& visit) {
    Blocks state(static_cast<std::size_t>(many), kTable);
    choose_places(state, 0, visit);
}

std::string block_name(int block) {
    return std::string(1, static_cast<char>('a' + block));
}

bool reached(const Blocks& state, const Blocks& goal) {
    for (std::size_t i = 0; i < goal.size(); ++i)
        if (goal[i] != kTable && state[i] != goal[i]) return false;
    return true;
}

std::vector<std::string> plan_of(Blocks state, const Blocks& goal) {
    std::vector<std::string> plan;
    while (!reached(state, goal)) {
        if (const int block = block_for_its_place(state, goal); block != kNothing)
            move(state, block, below(goal, block), plan);
        else
            move(state, block_in_the_way(state, goal), kTable, plan);
    }
    return plan;
}

std::uint64_t invariant(const Blocks& start, const Blocks& goal) {
    std::vector<std::uint64_t> colours(start.size());
    const auto colour_at = [&colours](int block) {
        return block == kNothing ? std::uint64_t{0} : colours[static_cast<std::size_t>(block)];
    };
    for (std::size_t round = 0; round <= start.size(); ++round) {
        std::vector<std::uint64_t> next(colours.size());
        for (std::size_t i = 0; i < colours.size(); ++i) {
            const auto block = static_cast<int>(i);
            const std::uint64_t at_start = mix(colour_at(start[i]), colour_at(above(start, block)));
            const std::uint64_t at_goal = mix(colour_at(goal[i]), colour_at(above(goal, block)));
            next[i] = mix(colours[i], mix(at_start, at_goal)) | 1U;  // 0 is for nothing
        }
        colours = std::move(next);
    }
    return mix_unordered(colours);
}

}  // namespace retort::generate
