// Prompts and message contents in the journal: each distinct one stands there once, found by its hash.
#pragma once

#include <unordered_map>

#include "record/database.h"
#include "record/recorded.h"

namespace retort {

class PromptsReader {
  public:
    explicit PromptsReader(const Database& database);

    std::string hash(PromptKey prompt);
    Prompt read(PromptKey prompt);

  private:
    Statement hash_;
    Statement parts_;
};

class PromptsWriter {
  public:
    explicit PromptsWriter(const Database& database);

    // The prompt's key; it is written when it is new.
    PromptKey put(const Prompt& prompt);

  private:
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
