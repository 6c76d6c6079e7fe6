// Prompts are files. A set holds the templates of one kind of model and the defaults that suit it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/completion.h"
#include "base/error.h"
#include "operator/schedule.h"

namespace retort {

struct Template {
    std::string name;
    std::string text;
    std::string hash;  // SHA-256 of the text
};

// What a model can be asked, where it was trained for one kind of problem alone and has no words for any other.
struct Scope {
    std::string kind;  // "countdown"
    int numbers = 0;   // how many a problem has
    int largest = 0;   // they are from 1 to this
    int target_least = 0;
    int target_most = 0;
    std::string example;  // a question that it can be asked
};

struct PromptSet {
    std::string name;
    std::string about;               // for people: what it is for, and honest words about the model
    std::vector<std::string> match;  // globs over model names: "smollm2*"
    std::string marker;              // a solution stands after this line, where a model marks none; empty: all is one
    std::string default_operator = "pdr:8,4";
    StepDefaults defaults;
    std::optional<Scope> scope;                 // none: any text
    std::map<std::string, Template> templates;  // by file name without ending

    // Over the marker and the templates that a run may use: part of what the run's id is made of. The judge's templates
    // count only where a judge decides, so that runs without one go on being the same.
    std::string hash(bool with_judge = false) const;
};

// What is wrong with the marker, the defaults or the scope, if anything. `where` begins the message.
std::optional<Error> wrong_values(const PromptSet& set, const std::string& where);

// The sets that are compiled in; the one named "default" is first.
const std::vector<PromptSet>& compiled_prompt_sets();

// The set for a model: the first whose glob matches the name (its last path component, case ignored), else "default".
const PromptSet& prompt_set_for(std::string_view model);

// A folder of *.txt and an optional set.toml. A template that is missing there comes from `base`.
Outcome<PromptSet> load_prompt_set(const std::string& folder, const PromptSet& base);

// {{name}} is replaced by its value; what a value contains is never replaced again. A name without a value is an error.
Outcome<std::string> render(const Template& text, const std::map<std::string, std::string>& values);

}  // namespace retort
