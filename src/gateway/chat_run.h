// A chat that an operator answers: from a body that was read to the last byte of the answer.
#pragma once

#include <string>

#include "gateway/api/chat_body.h"
#include "gateway/http/exchange.h"

namespace retort::gateway {

// What the operator runs over. Not owned; must outlive the run.
struct ChatModel {
    LanguageModel* model = nullptr;
    const PromptSet* prompts = nullptr;
    std::string name;   // at the upstream
    std::string shown;  // as the client asked for it: what replies call "model"
};

// Streamed or in one piece, as the body asks. A client that hangs up stops all calls of the run.
Task<void> answer_chat(Exchange& exchange, ChatBody body, Schedule schedule, ChatModel model);

}  // namespace retort::gateway
