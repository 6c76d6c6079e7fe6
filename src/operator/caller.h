// One model call of a run: its prompt, limits, seed, place in the ledger. Not public.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "operator/run_state.h"
#include "operator/solution.h"

namespace retort {

// A prompt as rendered, before anything is known of the call.
struct RenderedPrompt {
    std::vector<Message> messages;
    std::string hash;  // of the template
};

// The template with these values, the problem, the marker, and the set's system message where it has one.
RenderedPrompt render_prompt(const RunState& run, const std::string& name, std::map<std::string, std::string> values);

struct CallSpec {
    Place place;
    std::string model;  // resolved name
    RenderedPrompt prompt;
    std::int64_t think = 0;
    std::int64_t max_answer = 1;
    std::vector<NodeId> parents;
    std::optional<std::int64_t> most_out;  // the budgets' limit on what the call may write; none: they do not bind
};

struct CallResult {
    Completion completion;
    Solution solution;
    NodeId node = 0;
};

// Makes the call, puts it into the ledger, tells the observer. Failures are in the completion.
Task<CallResult> make_call(RunState& run, CallSpec spec, std::stop_token stop);

}  // namespace retort
