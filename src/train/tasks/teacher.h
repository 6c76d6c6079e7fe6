// What a model learns from before reinforcement: worked examples, written as the operators will show and ask them, so
// that the trained model runs in `solve` as it is.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/completion.h"
#include "base/error.h"
#include "operator/prompts.h"

namespace retort::train {

// A stretch of text as the model writes it.
struct Span {
    std::string text;
    bool learn = true;   // false: read, not learnt (what the engine injects, the context of a drill)
    bool marked = true;  // control tokens such as "</think>" are written by their names; false: there are none in it
};

struct Example {
    std::string kind;              // "draft", "refine", "drill-target": losses are shown by kind
    std::vector<Message> prompt;   // goes through the chat template; empty: the spans stand alone
    std::vector<Span> completion;  // ends with the end of generation where the example does not say otherwise
    bool ends = true;              // the end of generation follows and is learnt
    bool think = true;             // false: the prompt closes the reasoning, where the model marks it
    std::string reasoning = {};    // before the completion, between the model's marks; all of both is learnt
};

// Which examples, at this point of the training. Pure: the same seed and index give the same example.
class ExampleSource {
  public:
    virtual ~ExampleSource() = default;

    // `progress`: 0 at the beginning of the training, 1 at its end.
    virtual Example example(std::uint64_t seed, std::uint64_t index, double progress) const = 0;
};

// Examples of one task without end, in the words of a tokenizer of its own.
class Teacher : public ExampleSource {
  public:
    // Words of the tokenizer, and the template of a conversation.
    virtual std::vector<std::string> words() const = 0;
    virtual std::string chat_template() const = 0;

    // The prompt set that the trained model carries.
    virtual const PromptSet& prompts() const = 0;

    // Numbers that tokens stand for, by word: their embeddings start as Fourier features of the number.
    virtual std::map<std::string, double> numbers() const = 0;

    // What words have in common beside their numbers, by word: each trait adds a random vector of its own to the
    // embeddings of its words.
    virtual std::map<std::string, std::vector<std::string>> marks() const { return {}; }
};

// By the name in a configuration: "countdown", "countdown-parts". The error names the known ones.
Outcome<std::unique_ptr<Teacher>> make_teacher(const std::string& task);

}  // namespace retort::train
