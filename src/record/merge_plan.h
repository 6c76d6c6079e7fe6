// Of which journal each sample is kept, where several have it. Pure.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "record/recorded.h"

namespace retort {

// A sample of a run. What belongs to the run as a whole has no problem, what belongs to a problem the sample -1.
struct SampleName {
    std::string problem;
    int sample = 0;
    friend auto operator<=>(const SampleName&, const SampleName&) = default;
};

// How far one journal has come with a sample.
struct SampleStory {
    std::size_t source = 0;
    std::int64_t completed = 0;   // calls that ended by stop or length
    std::int64_t broken_off = 0;  // calls that ended otherwise; lost ones are not counted
    std::int64_t results = 0;     // "result" events: one for each time that it was brought to an end
    bool has_calls = false;
};

class MergePlan {
  public:
    struct Key {
        RunKey run = 0;  // in the merged journal
        SampleName name;
        friend auto operator<=>(const Key&, const Key&) = default;
    };

    // Sources in their order, each sample at most once.
    void add(Key key, const SampleStory& story);

    // The source whose story of the sample is kept whole.
    std::size_t kept(const Key& key) const { return stories_.at(key).front().source; }

    // By sample, the story that is kept first. Of several as far the one of the first source.
    const std::map<Key, std::vector<SampleStory>>& stories() const { return stories_; }

    // Samples with calls or a result.
    std::int64_t samples() const;

  private:
    std::map<Key, std::vector<SampleStory>> stories_;
};

// Whether calls of `other` may be put beside those that are kept: every call that ended has completed, so that each of
// them was asked whatever else was there.
bool may_be_joined(const SampleStory& kept, const SampleStory& other);

}  // namespace retort
