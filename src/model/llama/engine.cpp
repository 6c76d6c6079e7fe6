#include "model/llama/engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "model/llama/backend.h"

namespace retort::llama {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double kWorthDraining = 2;  // times cheaper that another layout must be
constexpr int kAborted = 2;           // llama_decode's answer when the abort callback said so

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

// Drafts of a round mostly read the very same prompt.
std::size_t common_prefix(const std::vector<TokenId>& a, const std::vector<TokenId>& b) {
    if (&a == &b) return a.size();
    const std::size_t most = std::min(a.size(), b.size());
    return static_cast<std::size_t>(
        std::mismatch(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(most), b.begin()).first - a.begin());
}

Completion ended(const Call& call, Finish how) {
    Completion out;
    out.finish = how;
    out.wall_s = seconds_since(call.asked);
    return out;
}

EngineSettings tied_to(EngineSettings settings, Engine* engine, const ThreadPool* pool) {
    settings.cache.threads = pool;
    settings.cache.context.abort_callback = &Engine::aborts;
    settings.cache.context.abort_callback_data = engine;
    return settings;
}

}  // namespace

// A call with a slot of the cache. `tokens` is the prompt and what was written; the first `computed` of them stand in
// the cache.
struct Engine::Sequence {
    CallPtr call;
    int slot;
    std::vector<TokenId> tokens;
    std::size_t computed = 0;
    std::size_t cached = 0;
    bool started = false;  // has shared what it could and computes by itself
    bool ended = false;
    std::size_t in_batch = 0;  // tokens in the running batch
    int logits_row = -1;       // its row in the running batch; -1: none
    double first_token_s = 0;
    Generation generation;

    Sequence(CallPtr c, int s, const ReasoningRules& rules)
        : call(std::move(c)),
          slot(s),
          tokens(*call->prompt),
          generation(rules, call->limits, call->inside_reasoning, call->trace) {}

    std::size_t prompt_size() const { return call->prompt->size(); }
    bool writes() const { return tokens.size() > prompt_size(); }
    std::int64_t future_tokens() const { return call->most_tokens() - static_cast<std::int64_t>(computed); }
};

// What goes back to a loop, in this order, in one post a step.
struct Engine::Outgoing {
    CallPtr call;
    std::vector<ReasoningSplitter::Piece> pieces;
    std::int64_t tokens_out = 0;
    std::optional<Completion> completion;
};

Engine::Engine(llama_model* model, const Vocabulary& vocabulary, EngineSettings settings)
    : vocabulary_(vocabulary),
      pool_(settings.cache.context.n_threads),
      settings_(tied_to(std::move(settings), this, &pool_)),
      cache_(model, settings_.cache),
      batch_size_(std::max(settings_.prefill, settings_.limits.sequences)),
      batch_(llama_batch_init(batch_size_, 0, 1)) {
    thread_ = std::thread([this] { run(); });
}

Engine::~Engine() {
    inbox_->stop();
    thread_.join();
    llama_batch_free(batch_);
}

void Engine::run() {
    while (take_in()) {
        drop_cancelled();
        admit();
        if (!active_.empty()) step();
        remove_ended();
        send();
    }
    for (const CallPtr& call : queue_) outgoing_.push_back({call, {}, 0, ended(*call, Finish::cancelled)});
    for (const auto& sequence : active_) end(*sequence, Finish::cancelled);
    send();
}

// Waits while there is nothing to do. False when the engine stops.
bool Engine::take_in() {
    const std::vector<CallPtr> calls = inbox_->take(queue_.empty() && active_.empty());
    arrived_ = !calls.empty();
    queue_.insert(queue_.end(), calls.begin(), calls.end());
    return !inbox_->stopping();
}

void Engine::drop_cancelled() {
    for (const CallPtr& call : queue_)
        if (call->cancelled) outgoing_.push_back({call, {}, 0, ended(*call, Finish::cancelled)});
    std::erase_if(queue_, [](const CallPtr& call) { return call->cancelled.load(); });
    for (const auto& sequence : active_)
        if (sequence->call->cancelled) end(*sequence, Finish::cancelled);
    remove_ended();
}

// First come, first served: who does not fit yet holds up those behind.
void Engine::admit() {
    if (std::exchange(arrived_, false) && !active_.empty()) draining_ = wants_other_plan();
    if (active_.empty()) draining_ = false;
    if (active_.empty() && !queue_.empty()) fit_plan();
    while (!draining_ && !queue_.empty() && static_cast<int>(active_.size()) < settings_.limits.sequences) {
        if (admit_first() || grow_plan()) continue;
        if (!active_.empty()) return;
        cache_.clear();  // nothing runs, so only kept prompts can be in the way
        if (!admit_first()) fail_first({CallErrorKind::context, no_room_, false, 0, 0});
    }
}

std::vector<KvDemand> Engine::demands() const {
    std::vector<KvDemand> out;
    const auto add_demand = [&](const Call& call) {
        out.push_back({*call.prompt, call.limits.think + call.limits.max_answer});
    };
    for (const auto& sequence : active_) add_demand(*sequence->call);
    for (const CallPtr& call : queue_) add_demand(*call);
    return out;
}

// Makes the cache fit the queue while nothing runs: the layout may change, and kept prompts are lost when it does.
void Engine::fit_plan() {
    const KvPlan wanted = plan_kv(demands(), settings_.limits);
    const KvPlan now = cache_.plan();
    if (now.unified == wanted.unified && now.cells >= wanted.cells && now.sequences >= wanted.sequences) return;
    const bool grows = now.unified && wanted.unified && now.sequences > 0;
    const Outcome<void> made = grows ? cache_.grow(now.joined(wanted)) : cache_.rebuild(wanted);
    no_room_ = made ? std::string() : made.error().message;
}

// Whether it pays to let what runs end first and then make the cache anew: for the other layout when it is much
// cheaper, or for twice as many sequences, which a split cache cannot grow to.
bool Engine::wants_other_plan() const {
    const std::vector<KvDemand> all = demands();
    const KvPlan wanted = plan_kv(all, settings_.limits);
    const KvPlan& now = cache_.plan();
    if (wanted.unified == now.unified) return !now.unified && wanted.sequences >= 2 * now.sequences;
    const ScanCost cost = scan_cost(all);
    const double gain = now.unified ? cost.unified / cost.split : cost.split / cost.unified;
    return gain > kWorthDraining;
}

// Makes the cache larger under what runs. False when it is as large as it may be, or as the work wants it.
bool Engine::grow_plan() {
    KvLimits limits = settings_.limits;
    const KvPlan now = cache_.plan();
    limits.layout = now.unified ? KvLayout::unified : KvLayout::split;
    KvPlan wanted = now.joined(plan_kv(demands(), limits));
    if (!now.unified) wanted.sequences = now.sequences;
    if (now.sequences == 0 || wanted == now || wanted.total() > limits.cells) return false;
    const Outcome<void> made = cache_.grow(wanted);
    no_room_ = made ? std::string() : made.error().message;
    return made.has_value();
}

bool Engine::admit_first() {
    const CallPtr call = queue_.front();
    if (cache_.plan().sequences == 0) return false;
    const std::vector<TokenId>& prompt = *call->prompt;
    const std::size_t shared = std::max(promised(*call, active_.size()), cache_.known(prompt));
    if (!cache_.make_room(prompt, call->most_tokens(), static_cast<std::int64_t>(shared), reserved())) return false;
    active_.push_back(std::make_unique<Sequence>(call, cache_.take_slot(prompt), settings_.rules));
    if (!waits_for_other(active_.size() - 1)) start(*active_.back());  // holds on to what it shares
    queue_.pop_front();
    return true;
}

void Engine::fail_first(CallError error) {
    Completion out = ended(*queue_.front(), Finish::error);
    out.error = std::move(error);
    outgoing_.push_back({queue_.front(), {}, 0, std::move(out)});
    queue_.pop_front();
}

// How much of the call's prompt the first `before` sequences will have computed when theirs are done.
std::size_t Engine::promised(const Call& call, std::size_t before) const {
    if (!settings_.cache.share_prefixes) return 0;
    std::size_t most = 0;
    for (std::size_t i = 0; i < before; ++i)
        if (!active_[i]->ended && active_[i]->computed < active_[i]->prompt_size())
            most = std::max(most, common_prefix(*active_[i]->call->prompt, *call.prompt));
    return std::min(most, call.prompt->size() - 1);
}

// Cells that the active sequences will still fill, what they will share counted once.
std::int64_t Engine::reserved() const {
    std::int64_t cells = 0;
    for (std::size_t i = 0; i < active_.size(); ++i) {
        const Sequence& sequence = *active_[i];
        cells += sequence.future_tokens();
        if (sequence.started) continue;
        cells -= static_cast<std::int64_t>(std::max(promised(*sequence.call, i), cache_.known(*sequence.call->prompt)));
    }
    return cells;
}

// Whether a sequence before it is about to compute more of its prompt than the cache has.
bool Engine::waits_for_other(std::size_t index) const {
    const Call& call = *active_[index]->call;
    return promised(call, index) > cache_.known(*call.prompt);
}

void Engine::fill_batch() {
    batch_.n_tokens = 0;
    for (const auto& sequence : active_) {
        sequence->in_batch = 0;
        sequence->logits_row = -1;
        if (sequence->writes()) add(*sequence, sequence->tokens.size());
    }
    int left = batch_.n_tokens > 0 ? settings_.mixed_prefill : settings_.prefill;
    for (std::size_t i = 0; i < active_.size() && left > 0; ++i) {
        Sequence& sequence = *active_[i];
        if (sequence.writes()) continue;
        if (!sequence.started && waits_for_other(i)) continue;
        if (!sequence.started) start(sequence);
        add(sequence, static_cast<std::size_t>(left));
        left -= static_cast<int>(sequence.in_batch);
    }
}

void Engine::start(Sequence& sequence) {
    const std::vector<TokenId>& prompt = *sequence.call->prompt;
    sequence.started = true;
    sequence.computed = sequence.cached = cache_.share(sequence.slot, prompt, prompt.size() - 1);
}

// Puts the next tokens of a sequence into the batch, at most `most`.
void Engine::add(Sequence& sequence, std::size_t most) {
    const auto room = static_cast<std::size_t>(batch_size_ - batch_.n_tokens);
    const std::size_t count = std::min({sequence.tokens.size() - sequence.computed, most, room});
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t position = sequence.computed + i;
        const auto row = static_cast<std::size_t>(batch_.n_tokens++);
        const bool last = position + 1 == sequence.tokens.size();
        batch_.token[row] = sequence.tokens[position];
        batch_.pos[row] = static_cast<llama_pos>(position);
        batch_.n_seq_id[row] = 1;
        batch_.seq_id[row][0] = sequence.slot;
        batch_.logits[row] = last ? 1 : 0;
        if (last) sequence.logits_row = static_cast<int>(row);
    }
    sequence.in_batch = count;
}

void Engine::step() {
    fill_batch();
    if (batch_.n_tokens == 0) return;
    const LogCapture log;
    const int result = llama_decode(cache_.context(), batch_);
    if (result == 0) {
        decoded();
        return;
    }
    for (const auto& sequence : active_) {
        if (sequence->in_batch == 0) continue;
        cache_.roll_back(sequence->slot);
        if (result == kAborted) continue;
        const CallError error{CallErrorKind::server,
                              fmt::format("llama.cpp could not decode (code {}){}", result, log.reason()), false, 0, 0};
        end(*sequence, Finish::error, error);
    }
}

void Engine::decoded() {
    cache_.age(batch_.n_tokens);
    for (const auto& sequence : active_) {
        if (sequence->in_batch == 0) continue;
        const auto from = sequence->tokens.begin() + static_cast<std::ptrdiff_t>(sequence->computed);
        cache_.wrote(sequence->slot, {from, from + static_cast<std::ptrdiff_t>(sequence->in_batch)});
        sequence->computed += sequence->in_batch;
    }
    for (const auto& sequence : active_) {
        if (sequence->logits_row < 0) continue;
        const float* row = llama_get_logits_ith(cache_.context(), sequence->logits_row);
        const std::span<const float> logits(row, static_cast<std::size_t>(vocabulary_.size()));
        if (!sequence->writes()) sample_twins(*sequence, logits);
        sample(*sequence, logits);
    }
}

// Who waits for the very same prompt takes its first token from the same logits.
void Engine::sample_twins(const Sequence& first, std::span<const float> logits) {
    for (const auto& twin : active_) {
        const bool same = !twin->started &&
                          common_prefix(*twin->call->prompt, *first.call->prompt) == first.prompt_size() &&
                          twin->prompt_size() == first.prompt_size();
        if (!same || !settings_.cache.share_prefixes) continue;
        twin->started = true;
        twin->computed = twin->cached = cache_.share(twin->slot, *twin->call->prompt, twin->prompt_size());
        sample(*twin, logits);
    }
}

void Engine::sample(Sequence& sequence, std::span<const float> logits) {
    Generation& generation = sequence.generation;
    const auto position = static_cast<std::uint64_t>(generation.written());
    const SampledToken token = sampler_.sample(logits, sequence.call->sampling, position, sequence.call->trace);
    if (sequence.first_token_s == 0) sequence.first_token_s = seconds_since(sequence.call->asked);
    generation.take(token, vocabulary_.piece(token.id, settings_.rules.is_mark(token.id)),
                    vocabulary_.ends_generation(token.id));
    sequence.tokens.push_back(token.id);
    const std::span<const TokenId> forced = generation.forced();
    sequence.tokens.insert(sequence.tokens.end(), forced.begin(), forced.end());
    if (generation.done()) {
        end(sequence, generation.natural_finish());
    } else if (sequence.call->on_delta) {
        outgoing_.push_back({sequence.call, generation.ready(), generation.written(), std::nullopt});
    }
}

void Engine::end(Sequence& sequence, Finish how, std::optional<CallError> error) {
    Completion out = retort::llama::ended(*sequence.call, how);
    sequence.generation.finish(how, out);
    const std::size_t read = std::min(sequence.computed, sequence.prompt_size());
    out.error = std::move(error);
    out.usage.in = static_cast<std::int64_t>(read);
    out.usage.cached = static_cast<std::int64_t>(sequence.cached);
    out.first_token_s = sequence.first_token_s;
    outgoing_.push_back({sequence.call, sequence.generation.ready(), sequence.generation.written(), std::move(out)});
    cache_.release(sequence.slot, read);
    sequence.ended = true;
}

void Engine::remove_ended() {
    std::erase_if(active_, [](const auto& sequence) { return sequence->ended; });
}

// One post for each loop; mostly there is one loop.
void Engine::send() {
    while (!outgoing_.empty()) {
        const asio::any_io_executor loop = outgoing_.front().call->loop;
        std::vector<Outgoing> mine;
        std::vector<Outgoing> others;
        for (Outgoing& item : outgoing_) (item.call->loop == loop ? mine : others).push_back(std::move(item));
        outgoing_ = std::move(others);
        asio::post(loop, [mine = std::move(mine)]() mutable {
            for (Outgoing& item : mine) deliver(item);
        });
    }
}

void Engine::deliver(Outgoing& item) {
    if (item.call->on_delta)
        for (const auto& piece : item.pieces) item.call->on_delta({piece.text, piece.reasoning, item.tokens_out});
    if (item.completion) item.call->promise.set(std::move(*item.completion));
}

// Asked by llama.cpp on the engine's thread while it computes.
bool Engine::aborts(void* self) {
    const auto* engine = static_cast<const Engine*>(self);
    if (engine->inbox_->stopping()) return true;
    return std::all_of(engine->active_.begin(), engine->active_.end(),
                       [](const auto& sequence) { return sequence->in_batch == 0 || sequence->call->cancelled; });
}

}  // namespace retort::llama
