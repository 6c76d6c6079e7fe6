// Continuous batching of all calls over one model, on a thread of its own. Not public.
#pragma once

#include <llama.h>

#include <deque>
#include <memory>
#include <thread>
#include <vector>

#include "model/llama/call.h"
#include "model/llama/kv_cache.h"
#include "model/llama/vocabulary.h"

namespace retort::llama {

struct EngineSettings {
    KvCache::Settings cache;
    KvLimits limits;
    int prefill = 256;       // prompt tokens a step while nothing is being decoded
    int mixed_prefill = 64;  // prompt tokens a step beside sequences that decode
    ReasoningRules rules;
};

// Steps, each in this order: take in new calls, end those that were cancelled, admit from the queue, decode one batch
// (a token of each sequence that writes, chunks of prompts), sample, hand out what is ready.
class Engine {
  public:
    // The model and vocabulary must outlive this.
    Engine(llama_model* model, const Vocabulary& vocabulary, EngineSettings settings);

    // Ends all calls as cancelled.
    ~Engine();

    // Each call's promise is set once, at the latest when the engine goes.
    const std::shared_ptr<Inbox>& inbox() const { return inbox_; }

    // llama.cpp's abort callback: whether nobody waits for the running batch any more.
    static bool aborts(void* self);

  private:
    struct Sequence;
    using Sequences = std::vector<std::unique_ptr<Sequence>>;
    struct Outgoing;

    void run();
    bool take_in();
    void drop_cancelled();
    void admit();
    std::vector<KvDemand> demands() const;
    void fit_plan();
    bool wants_other_plan() const;
    bool grow_plan();
    bool admit_first();
    void fail_first(CallError error);
    std::size_t promised(const Call& call, std::size_t before) const;
    std::int64_t reserved() const;
    bool waits_for_other(std::size_t index) const;

    void fill_batch();
    void start(Sequence& sequence);
    void add(Sequence& sequence, std::size_t most);
    void step();
    void decoded();
    void sample(Sequence& sequence, std::span<const float> logits);
    void sample_twins(const Sequence& first, std::span<const float> logits);
    void end(Sequence& sequence, Finish how, std::optional<CallError> error = std::nullopt);
    void remove_ended();
    void send();
    static void deliver(Outgoing& item);

    const Vocabulary& vocabulary_;
    ThreadPool pool_;
    EngineSettings settings_;
    KvCache cache_;
    Sampler sampler_;
    int batch_size_;
    llama_batch batch_;
    Sequences active_;  // in the order of admission
    std::deque<CallPtr> queue_;
    std::vector<Outgoing> outgoing_;
    bool arrived_ = false;   // calls came in since the last admission
    bool draining_ = false;  // nothing is admitted until all that runs has ended
    std::string no_room_;    // why the cache is not as the work wants it

    std::shared_ptr<Inbox> inbox_ = std::make_shared<Inbox>();
    std::thread thread_;
};

}  // namespace retort::llama
