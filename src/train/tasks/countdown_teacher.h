// Countdown with four numbers: search in the reasoning, an answer only for what was found, candidates checked before
// search goes on. Not public; see README.md.
#pragma once

#include "train/tasks/countdown_problems.h"
#include "train/tasks/teacher.h"

namespace retort::train {

class CountdownTeacher : public Teacher {
  public:
    std::vector<std::string> words() const override;
    std::string chat_template() const override;
    const PromptSet& prompts() const override;
    Example example(std::uint64_t seed, std::uint64_t index, double progress) const override;
    std::map<std::string, double> numbers() const override;

  private:
    countdown::Problems problems_;
};

}  // namespace retort::train
