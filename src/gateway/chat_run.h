// A request that an operator answers: from a body that was read to the last byte of the answer.
#pragma once

#include <memory>
#include <string>

#include "gateway/api/chat_body.h"
#include "gateway/api/reply_writer.h"
#include "gateway/http/exchange.h"

namespace retort::gateway {

// What the operator runs over. The prompts must outlive the run.
struct ChatModel {
    Models models;
    std::vector<std::shared_ptr<LanguageModel>> held;  // those of `models`
    const PromptSet* prompts = nullptr;
};

struct ChatTask {
    ChatBody body;
    Problem problem;
    Schedule schedule;
    ChatModel model;
    ReplyIdentity identity;
    std::unique_ptr<ReplyWriter> writer;
    std::vector<std::string> warnings;                        // of what was asked for
    std::unique_ptr<RunObserver> listener;                    // beside the client; null: none
    std::shared_ptr<const std::vector<std::string>> headers;  // of every call
};

// What a run came to, for logs and metrics.
struct ChatOutcome {
    BudgetTotals budget;
    std::optional<std::string> answer;
    std::optional<Error> error;
    bool hung_up = false;
};

// Streamed or in one piece, as the body asks. A client that hangs up stops all calls of the run.
Task<ChatOutcome> answer_chat(Exchange& exchange, ChatTask task);

}  // namespace retort::gateway
