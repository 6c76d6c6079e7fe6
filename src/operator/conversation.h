// A prompt inside of what a client has said so far. Not public.
#pragma once

#include <string>
#include <vector>

#include "operator/run_view.h"

namespace retort {

// The client's messages, with these words before and after the text of the one that asks; every other byte as it was. A
// message of several parts gets parts of text beside its own.
std::vector<Message> with_words(const Conversation& conversation, const std::string& before, const std::string& after);

}  // namespace retort
