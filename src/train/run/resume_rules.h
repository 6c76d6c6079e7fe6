// What a run may be resumed with: the configuration and the contents that its checkpoint was written under, and others.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/error.h"
#include "train/run/config.h"

namespace retort::train {

// Of contents, by what names them to people: "problems.jsonl (data.suite)".
using Digests = std::map<std::string, std::string>;

// What the steps of a run depend on beside its state.
struct RunInputs {
    std::string config;  // every key, as to_toml() writes it without explanations
    Digests digests;
};

// A key that was changed, its values as TOML.
struct ConfigChange {
    std::string key;
    std::string from;
    std::string to;
};

// "rl.lr 0.001 -> 0.0001, rl.updates 4 -> 2".
std::string text_of(const std::vector<ConfigChange>& changes);

// The keys whose change matters and is allowed (OnResume::tunes). The error is usage: it names the keys whose change is
// not, with both values, or the contents that are no longer what they were. `checkpoint`: the file, for the message.
Outcome<std::vector<ConfigChange>> changes_since(const RunInputs& before, const TrainConfig& config,
                                                 const Digests& digests, const std::string& checkpoint);

}  // namespace retort::train
