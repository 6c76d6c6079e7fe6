// What a chat template makes of a conversation, before it is tokens. Not public.
#pragma once

#include <string>

namespace retort::llama {

struct TemplatePart {
    std::string text;
    bool user = false;  // written by whoever wrote the messages, not by the template
    friend bool operator==(const TemplatePart&, const TemplatePart&) = default;
};

}  // namespace retort::llama
