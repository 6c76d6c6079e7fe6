// Three countdowns in one problem: drafts that are right in parts, and a refinement that checks what they found of each
// part and searches for what is missing. Not public; see README.md.
#pragma once

#include "train/tasks/countdown_problems.h"
#include "train/tasks/teacher.h"

namespace retort::train {

class CountdownPartsTeacher : public Teacher {
  public:
    std::vector<std::string> words() const override;
    std::string chat_template() const override;
    const PromptSet& prompts() const override;
    Example example(std::uint64_t seed, std::uint64_t index, double progress) const override;
    std::map<std::string, double> numbers() const override;
    std::map<std::string, std::vector<std::string>> marks() const override;

  private:
    countdown::Problems problems_;
};

}  // namespace retort::train
