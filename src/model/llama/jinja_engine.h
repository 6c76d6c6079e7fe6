// The place where llama.cpp's Jinja engine is called. Not public.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/completion.h"

namespace retort::llama {

struct JinjaRequest {
    std::string source;  // of the template
    std::vector<std::vector<Message>> conversations;
    bool think = true;           // the template's enable_thinking
    bool content_parts = false;  // contents as lists of parts, which some templates ask for
    std::string bos, eos;        // the texts of these tokens; empty where the model has none
    std::int64_t date = 0;       // seconds since 1970, for templates that ask what day it is
};

struct JinjaReply {
    std::vector<std::string> texts;  // of each conversation
    bool dated = false;              // the template asked what day it is
};

// Whether this build has the engine: it comes with llama.cpp's source, not with an installed llama.cpp.
bool has_jinja();

// Renders in this process and without bounds: a template may loop for ever, take all memory or overflow the stack.
// Throws std::exception with the reason, one line, where the template is wrong, refuses the messages, or there is no
// engine.
JinjaReply render_jinja(const JinjaRequest& request);

}  // namespace retort::llama
