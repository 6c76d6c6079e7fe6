// Worked examples of the user's own, from a file with one JSON object a line.
#pragma once

#include <string>
#include <vector>

#include "operator/prompts.h"
#include "train/tasks/teacher.h"

namespace retort::train {

// How the model that learns is asked and writes.
struct ExampleStyle {
    PromptSet prompts;             // a problem is asked as a draft is
    bool marks_reasoning = false;  // else what is thought stands before the prompts' marker
};

// A problem as a draft is asked it.
std::vector<Message> draft_question(const PromptSet& prompts, const std::string& problem);

// Lines, each one of:
//   {"problem": TEXT, "solution": TEXT, "reasoning": TEXT}   asked by the prompt set; `reasoning` may be missing
//   {"messages": [{"role": ROLE, "content": TEXT}, ...]}     the last one, of the assistant, is learnt
//   {"text": TEXT}                                           learnt as it stands, outside of any conversation
// Blank lines are passed over, other keys ignored. What a line contains is never read as control tokens.
class ExampleFile final : public ExampleSource {
  public:
    // The error names file and line: no JSON object, no such form, or no example at all.
    static Outcome<ExampleFile> parse(const std::string& name, const std::string& text, const ExampleStyle& style);

    // Reads a file of at most 1 GiB.
    static Outcome<ExampleFile> load(const std::string& path, const ExampleStyle& style);

    // Epoch after epoch, each in an order of its own.
    Example example(std::uint64_t seed, std::uint64_t index, double progress) const override;

    std::size_t size() const { return examples_.size(); }

    // What is asked, or of a text all of it: to find examples that a test set holds too.
    std::vector<std::string> questions() const;

    // Of the whole file.
    const std::string& digest() const { return digest_; }

    // Removes examples, by place; ascending.
    void remove(const std::vector<std::size_t>& places);

  private:
    std::vector<Example> examples_;
    std::vector<std::string> questions_;
    std::string digest_;
};

}  // namespace retort::train
