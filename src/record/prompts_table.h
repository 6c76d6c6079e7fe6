// Prompts and message contents in the journal: each distinct one stands there once, found by its hash.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "record/database.h"
#include "record/recorded.h"

namespace retort {

// A prompt as it stands in a journal: a part is a message, or all tokens with the role "tokens".
struct StoredPrompt {
    struct Part {
        std::string role;
        std::string body;
    };
    std::string hash;
    bool tokens = false;
    std::vector<Part> parts;
};

class PromptsReader {
  public:
    explicit PromptsReader(const Database& database);

    std::string hash(PromptKey prompt);
    Prompt read(PromptKey prompt);

    // For another journal. Damage where the prompt or one of its parts is missing.
    StoredPrompt stored(PromptKey prompt);

  private:
    Statement hash_;
    Statement parts_;
    Statement stored_;
};

class PromptsWriter {
  public:
    explicit PromptsWriter(const Database& database);

    // The prompt's key; it is written when it is new.
    PromptKey put(const Prompt& prompt);
    PromptKey put(const StoredPrompt& prompt);

  private:
    PromptKey find(const std::string& hash);  // 0: it is new
    PromptKey put_new(const Prompt& prompt, const std::string& hash);
    std::int64_t put_content(std::string_view body);

    Statement find_prompt_;
    Statement insert_prompt_;
    Statement insert_part_;
    Statement find_content_;
    Statement insert_content_;

    // The drafts of a round share their messages: neither hash nor look-up is done twice for the same object.
    struct Known {
        Prompt keeps_alive;
        PromptKey key;
    };
    std::unordered_map<const void*, Known> known_;
};

}  // namespace retort
