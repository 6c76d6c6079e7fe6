// Who may ask, and how much: keys are known by their hash alone.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/access/bucket.h"
#include "gateway/api/api_error.h"
#include "gateway/http/message.h"

namespace retort::gateway {

struct KeyOptions {
    std::string name;                // for logs and metrics
    std::string sha256;              // of the key, 64 hexadecimal digits
    double requests_per_minute = 0;  // 0: no limit
    double tokens_per_minute = 0;    // of operators' calls, and of what is handed on as far as it says; likewise
    int concurrent = 0;              // requests under way; likewise
    bool admin = false;              // may read what others asked

    friend bool operator==(const KeyOptions&, const KeyOptions&) = default;
};

// Loop thread only. Who uses a key holds it: one that the configuration no longer names ends with its last request.
class Key {
  public:
    using Time = std::chrono::steady_clock::time_point;

    explicit Key(KeyOptions options)
        : options_(std::move(options)), requests_(options_.requests_per_minute), tokens_(options_.tokens_per_minute) {}

    const KeyOptions& options() const { return options_; }

    // Why not, if so: 429, with the time after which to ask again.
    std::optional<ApiError> may_ask(Time now);

    // A request with it, while it is under way.
    class Use {
      public:
        Use(std::shared_ptr<Key> key, Time now);
        ~Use() { --key_->under_way_; }
        Use(const Use&) = delete;
        Use& operator=(const Use&) = delete;

        void spent(double tokens, Time now) { key_->tokens_.take(tokens, now); }

      private:
        std::shared_ptr<Key> key_;
    };

  private:
    KeyOptions options_;
    Bucket requests_;
    Bucket tokens_;
    int under_way_ = 0;
};

// What who has none of the keys is told: 401.
ApiError unknown_key();

class Keys {
  public:
    // Keys that stay as they were keep what they have used.
    void replace(std::vector<KeyOptions> options);

    bool are_needed() const { return !keys_.empty(); }

    // By "Authorization: Bearer KEY" or "Api-Key: KEY". Takes the same time whichever key it is, and however much of it
    // is right. Null: none, and always so where no key is presented.
    std::shared_ptr<Key> find(const Headers& headers) const;

  private:
    std::vector<std::shared_ptr<Key>> keys_;
};

}  // namespace retort::gateway
