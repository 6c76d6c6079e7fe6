#include "record/merge_plan.h"

#include <algorithm>
#include <utility>

namespace retort {
namespace {

bool came_further(const SampleStory& a, const SampleStory& b) {
    return std::pair(a.completed, a.results) > std::pair(b.completed, b.results);
}

}  // namespace

void MergePlan::add(Key key, const SampleStory& story) {
    std::vector<SampleStory>& stories = stories_[std::move(key)];
    stories.push_back(story);
    if (came_further(stories.back(), stories.front())) std::swap(stories.back(), stories.front());
}

std::int64_t MergePlan::samples() const {
    return std::count_if(stories_.begin(), stories_.end(), [](const auto& entry) {
        return std::any_of(entry.second.begin(), entry.second.end(),
                           [](const SampleStory& story) { return story.has_calls || story.results > 0; });
    });
}

bool may_be_joined(const SampleStory& kept, const SampleStory& other) {
    return kept.broken_off == 0 && other.broken_off == 0;
}

}  // namespace retort
