// llama.cpp's context and what stands in its KV cache: slots, shared prefixes, finished prompts that are kept.
// Engine thread only. Not public.
#pragma once

#include <llama.h>

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/error.h"
#include "model/llama/backend.h"
#include "model/llama/kv_plan.h"
#include "model/llama/prefix_tree.h"

namespace retort::llama {

class KvCache {
  public:
    struct Settings {
        llama_context_params context;         // all but the sizes and the layout
        bool share_prefixes = true;           // false for recurrent models, whose state has no prefix to share
        const ThreadPool* threads = nullptr;  // must outlive the cache
        double prefill_per_query = 0;         // queries over a kept cell that cost as much as computing it again
    };

    KvCache(llama_model* model, Settings settings) : model_(model), settings_(settings) {}

    // Makes a context of this plan; what the old one held is gone. Error: too little memory.
    Outcome<void> rebuild(const KvPlan& plan);

    // Makes a context of a larger plan that holds what the old one held: of the same layout, a split one with as many
    // sequences. Error: too little memory; all is as before then.
    Outcome<void> grow(const KvPlan& plan);

    const KvPlan& plan() const { return plan_; }
    llama_context* context() const { return context_.get(); }

    // How much of the prompt's beginning stands in the cache, at most all but its last token.
    std::size_t known(std::span<const TokenId> prompt) const;

    // Whether a sequence of `length` tokens of which `shared` are there (or will be, by others' reservations) fits
    // beside what is there and what `reserved` others will add. Drops kept prompts where that helps.
    bool make_room(std::span<const TokenId> prompt, std::int64_t length, std::int64_t shared, std::int64_t reserved);

    // A slot for a sequence; make_room has said yes.
    int take_slot(std::span<const TokenId> prompt);

    // Shares what is known of the prompt, at most `most` tokens, with the slot. How many tokens it has now.
    std::size_t share(int slot, std::span<const TokenId> prompt, std::size_t most);

    // After a decode: these tokens stand in the slot now.
    void wrote(int slot, std::span<const TokenId> tokens);
    // After a failed decode: forgets what llama.cpp may have of tokens that were not reported by wrote().
    void roll_back(int slot);

    // The sequence has ended: keeps its first `prompt` tokens for others, or nothing.
    void release(int slot, std::size_t prompt);

    // `queries` tokens were decoded: kept prompts whose scanning has cost more than their worth are dropped.
    void age(std::int64_t queries);

    void clear();

  private:
    enum class Use : std::uint8_t { free, active, kept };
    struct Slot {
        Use use = Use::free;
        std::uint64_t since = 0;      // order of release
        std::int64_t scanned_at = 0;  // queries_ at release
    };
    struct Free {
        void operator()(llama_context* context) const { llama_free(context); }
    };

    using Context = std::unique_ptr<llama_context, Free>;
    Outcome<Context> make_context(const KvPlan& plan) const;
    bool copy_state(llama_context* to) const;
    int source_of(std::span<const TokenId> prompt) const;
    int oldest_kept(int but_not) const;
    void drop(int slot);
    bool has_free_slot() const;
    llama_memory_t memory() const { return llama_get_memory(context_.get()); }

    llama_model* model_;
    Settings settings_;
    KvPlan plan_{true, 0, 0};
    Context context_;
    PrefixTree tree_;
    std::vector<Slot> slots_;
    std::uint64_t releases_ = 0;
    std::int64_t queries_ = 0;
};

}  // namespace retort::llama
