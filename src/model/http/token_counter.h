// Tokens of texts and prompts: by the server's tokenizer where it offers one, else estimates that err upwards.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "model/http/http_client.h"
#include "model/http/server_profile.h"
#include "model/language_model.h"

namespace retort {

// Loop thread only. Counts are kept by content, the latest few thousand of them.
class TokenCounter {
  public:
    TokenCounter(std::shared_ptr<HttpClient> client, std::string base_url, std::vector<std::string> headers);

    Task<TokenCount> text(TokenizerKind kind, std::string model, std::string content);
    Task<TokenCount> prompt(TokenizerKind kind, std::string model, Prompt prompt);

    // A server counted this prompt: later estimates use the largest tokens per byte seen so far.
    void calibrate(const Prompt& prompt, std::int64_t tokens);

    TokenCount estimate_prompt(const Prompt& prompt) const;

    // The likely count, not an upper bound: for usage that the server did not report.
    std::int64_t guess_prompt(const Prompt& prompt) const;

  private:
    Task<std::string> ask(std::string path, std::string body);
    Task<std::int64_t> ask_count(TokenizerKind kind, std::string model, std::string body);
    void remember(std::uint64_t key, std::int64_t tokens);

    std::shared_ptr<HttpClient> client_;
    std::string root_;
    std::vector<std::string> headers_;
    std::unordered_map<std::uint64_t, std::int64_t> known_;
    std::deque<std::uint64_t> order_;
    double tokens_per_byte_ = 0;  // the largest seen; 0: none yet
};

}  // namespace retort
