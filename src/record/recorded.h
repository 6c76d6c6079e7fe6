// What the journal holds, as values. Times are seconds since 1970; lengths of time are seconds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/completion.h"
#include "base/error.h"

namespace retort {

// Row ids. Those of calls, outcomes and events come from one counter: a smaller one was recorded earlier.
using RunKey = std::int64_t;
using CallKey = std::int64_t;
using PromptKey = std::int64_t;
using OutcomeKey = std::int64_t;

struct RunHeader {
    std::string run_id;       // hash of the configuration, hexadecimal
    std::string kind;         // "solve", "eval", "train"
    std::string config_json;  // what the hash is made of: a JSON object of settings
    std::string program;      // name and version
    double started_unix = 0;  // 0: now
};

struct RecordedRun {
    RunKey key = 0;
    RunHeader header;
};

// A model as it was when the run first used it: a resumed or replayed run sees the same.
struct RecordedModel {
    std::string name;  // as the model reported it
    std::int64_t context = 0;
    bool marks_reasoning = false;
    std::string where;
    friend bool operator==(const RecordedModel&, const RecordedModel&) = default;
};

struct RecordedCount {
    std::int64_t tokens = 0;
    bool exact = false;
};

struct RecordedCall {
    enum class State {
        in_flight,  // no outcome was written (yet)
        lost,       // in flight when its process died; outside b_total
        ended,      // `completion` says how
    };
    CallKey key = 0;
    std::int64_t session = 0;   // which process made it: 1, 2, ... of this file
    CompletionRequest request;  // `prompt` is empty: see `prompt`
    PromptKey prompt = 0;       // JournalReader::prompt() gives it
    double started_unix = 0;
    State state = State::in_flight;
    OutcomeKey outcome = 0;  // 0 while in flight; by it calls are in the order in which they landed
    double ended_unix = 0;
    Completion completion;
};

struct RecordedEvent {
    std::int64_t key = 0;
    RunKey run = 0;
    std::string problem;
    int sample = 0;
    std::string kind;  // "workspace", "result", "warning", ...
    std::string body_json;
    double at_unix = 0;
};

// What makes a request the same for the journal: model, prompt, parameters and seed. An empty text when `asked` is
// what was recorded, else what differs: "seed=7 in the journal, now seed=9".
std::string request_differences(const CompletionRequest& recorded, const std::string& recorded_prompt_hash,
                                const CompletionRequest& asked, const std::string& asked_prompt_hash);

// SHA-256 over roles and contents, or over the tokens.
std::string prompt_hash(const Prompt& prompt);

}  // namespace retort
