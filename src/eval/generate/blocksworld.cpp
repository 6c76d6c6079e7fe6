// Blocksworld: from one state of the blocks to another, a move of the hand at a time.
#include <fmt/format.h>

#include <algorithm>

#include "eval/generate/blocks.h"
#include "eval/generate/generator.h"

namespace retort::generate {
namespace {

bool is_clear(const Blocks& state, int block) {
    return std::find(state.begin(), state.end(), block) == state.end();
}

// "(on b a)" for every block on another.
std::string stacked(const Blocks& state) {
    std::string out;
    for (std::size_t i = 0; i < state.size(); ++i)
        if (state[i] != kTable)
            out += fmt::format(" (on {} {})", block_name(static_cast<int>(i)), block_name(state[i]));
    return out;
}

std::string pddl_of(const Blocks& start, const Blocks& goal) {
    std::string objects;
    std::string facts = " (handempty)";
    for (std::size_t i = 0; i < start.size(); ++i) {
        const std::string name = block_name(static_cast<int>(i));
        objects += " " + name;
        if (start[i] == kTable) facts += fmt::format(" (ontable {})", name);
        if (is_clear(start, static_cast<int>(i))) facts += fmt::format(" (clear {})", name);
    }
    return fmt::format(
        "(define (problem blocks)\n(:domain blocksworld-4ops)\n(:objects{})\n(:init{}{})\n(:goal (and{})))", objects,
        facts, stacked(start), stacked(goal));
}

std::string joined(const std::vector<std::string>& words) {
    std::string out;
    for (const std::string& word : words) out += (out.empty() ? "" : " ") + word;
    return out;
}

GeneratedProblem problem_of(const Blocks& start, const Blocks& goal) {
    return {fmt::format("blocksworld {}:{} ->{}", start.size(), stacked(start), stacked(goal)),
            fmt::format("blocksworld {} {:016x}", start.size(), invariant(start, goal)),
            "",
            {{"answer", joined(plan_of(start, goal))}, {"pddl", pddl_of(start, goal)}}};
}

class BlocksworldGenerator : public Generator {
  public:
    explicit BlocksworldGenerator(int blocks) : blocks_(blocks) {}

    std::string_view line_kind() const override { return "blocksworld"; }

    std::optional<GeneratedProblem> draw(Draws& draws) const override {
        const Blocks start = random_blocks(draws, blocks_);
        const Blocks goal = random_blocks(draws, blocks_);
        if (reached(start, goal)) return std::nullopt;
        return problem_of(start, goal);
    }

    bool is_small() const override {
        constexpr int kMostBlocks = 5;  // 501 states, 251,001 pairs of them
        return blocks_ <= kMostBlocks;
    }

    void enumerate(const std::function<void(GeneratedProblem)>& visit) const override {
        each_blocks(blocks_, [&](const Blocks& start) {
            each_blocks(blocks_, [&](const Blocks& goal) {
                if (!reached(start, goal)) visit(problem_of(start, goal));
            });
        });
    }

  private:
    int blocks_;
};

}  // namespace

MadeGenerator make_blocksworld_generator(const Difficulty& difficulty) {
    return std::make_unique<const BlocksworldGenerator>(difficulty["blocks"]);
}

}  // namespace retort::generate
