// What examples of countdown are made of: prompts as the engine renders them, checks of candidates, ends. Not public.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "train/tasks/countdown_candidates.h"
#include "train/tasks/teacher.h"

namespace retort::train::countdown {

// The set of prompts/countdown.
const PromptSet& prompt_set();

// A template of the set with the problem's text; `values` fills its other placeholders.
std::vector<Message> asked(const std::string& name, const Problem& problem,
                           std::map<std::string, std::string> values = {});

std::string joined(const Words& words);

bool happens(generate::Draws& draws, int percent);

// What the model writes, with the end of its reasoning; and where the budget ran out and the engine ends it. Nothing
// is answered where `answer` is empty.
void end(Example& example, const Words& words, const std::string& answer);
void end_by_force(Example& example, const Words& words, const std::string& answer);

// Words of search that an example may have. Short ones first: what a line is, is learnt from a few.
std::size_t most_search(generate::Draws& draws, double progress);

// Goes on with the search behind what stands in `words`, of at most so many words, and ends.
void go_on_searching(Example& example, Words words, const Problem& problem, generate::Draws& draws, std::size_t most);

// Drafts' solutions. Those before the first right one are all wrong; those behind it are not looked at any more.
struct Drafted {
    std::vector<Expression> candidates;
    std::size_t first_right = 0;  // as many as there are candidates: none
    bool any_right() const { return first_right < candidates.size(); }
};
Drafted draw_drafts(Candidates& source, generate::Draws& draws);
Drafted draw_drafts(Candidates& source, generate::Draws& draws, std::size_t many);

// As the engine numbers them, each as `text` spells it.
std::string numbered(const std::vector<Expression>& candidates, std::string (*text)(const Expression&));

// Checks one after the other up to the first that holds.
struct Checks {
    Words words;
    std::vector<std::size_t> starts;  // of each check, in words

    // Cut off somewhere within the check of this candidate.
    Words cut_within(std::size_t candidate, generate::Draws& draws) const;
};
Checks checks_of(const Drafted& drafted, int target);

}  // namespace retort::train::countdown
