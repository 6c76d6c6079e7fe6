// Several countdowns in one problem.
#include <algorithm>

#include "eval/generate/generator.h"

namespace retort::generate {
namespace {

// A problem's parts are all of one split: what is tested was in no part of what was trained on.
class CountdownPartsGenerator : public Generator {
  public:
    CountdownPartsGenerator(std::unique_ptr<const Generator> part, int many)
        : part_(std::move(part)), many_(static_cast<std::size_t>(many)) {}

    std::string_view line_kind() const override { return "countdown-parts"; }

    std::optional<GeneratedProblem> draw(Draws& draws) const override {
        constexpr int kMostTries = 20'000;
        std::vector<GeneratedProblem> parts;
        for (int tries = 0; tries < kMostTries && parts.size() < many_; ++tries) {
            auto part = part_->draw(draws);
            if (part && goes_with(parts, *part)) parts.push_back(std::move(*part));
        }
        return parts.size() == many_ ? std::optional(problem_of(parts)) : std::nullopt;
    }

    bool is_small() const override { return false; }

    // Never asked for: the space is not small.
    void enumerate(const std::function<void(GeneratedProblem)>&) const override {}

  private:
    static bool goes_with(const std::vector<GeneratedProblem>& parts, const GeneratedProblem& part) {
        if (parts.empty()) return true;
        const auto is_it = [&part](const GeneratedProblem& other) { return other.canonical == part.canonical; };
        return split_of(part.family) == split_of(parts.front().family) &&
               std::none_of(parts.begin(), parts.end(), is_it);
    }

    static GeneratedProblem problem_of(const std::vector<GeneratedProblem>& parts) {
        std::vector<std::string> families;
        std::string answer;
        auto lines = nlohmann::ordered_json::array();
        for (const GeneratedProblem& part : parts) {
            answer += answer.empty() ? "" : "; ";
            answer += static_cast<char>('A' + lines.size());
            answer += ": " + part.fields["answer"].get<std::string>();
            lines.push_back({{"numbers", part.fields["numbers"]}, {"target", part.fields["target"]}});
            families.push_back(part.family);
        }
        std::sort(families.begin(), families.end());
        std::string canonical;
        for (const std::string& family : families) canonical += family + "\n";
        return {canonical, families.front(), "", {{"answer", answer}, {"parts", std::move(lines)}}};
    }

    std::unique_ptr<const Generator> part_;
    std::size_t many_;
};

}  // namespace

MadeGenerator make_countdown_parts_generator(const Difficulty& difficulty) {
    auto part = make_countdown_generator(difficulty);
    if (!part) return part.error();
    return std::make_unique<const CountdownPartsGenerator>(std::move(*part), difficulty["parts"]);
}

}  // namespace retort::generate
