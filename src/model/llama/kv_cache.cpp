#include "model/llama/kv_cache.h"

#include <fmt/format.h>

#include <algorithm>

namespace retort::llama {

Outcome<KvCache::Context> KvCache::make_context(const KvPlan& plan) const {
    const LogCapture log;
    llama_context_params wanted = settings_.context;
    wanted.n_ctx = static_cast<std::uint32_t>(plan.total());
    wanted.n_seq_max = static_cast<std::uint32_t>(plan.sequences);
    wanted.n_outputs_max = wanted.n_seq_max;
    wanted.n_batch = wanted.n_ubatch = std::max(wanted.n_ubatch, wanted.n_seq_max);
    wanted.kv_unified = plan.unified;
    Context made(llama_init_from_model(model_, wanted));
    if (made && settings_.threads != nullptr) settings_.threads->attach(made.get());
    if (made) return made;
    return Error{
        ErrorKind::model,
        fmt::format("no memory for a KV cache of {} tokens: lower --ctx or --in-flight, or take a smaller model{}",
                    plan.total(), log.reason())};
}

Outcome<void> KvCache::rebuild(const KvPlan& plan) {
    context_.reset();
    tree_ = PrefixTree();
    slots_.clear();
    plan_ = KvPlan{plan.unified, 0, 0};
    Outcome<Context> made = make_context(plan);
    if (!made) return made.error();
    context_ = std::move(*made);
    plan_ = plan;
    slots_.resize(static_cast<std::size_t>(plan.sequences));
    return {};
}

Outcome<void> KvCache::grow(const KvPlan& plan) {
    Outcome<Context> made = make_context(plan);
    if (!made) return made.error();
    if (!copy_state(made->get()))
        return Error{ErrorKind::model, "llama.cpp could not move the KV cache to a larger one"};
    context_ = std::move(*made);
    plan_ = plan;
    slots_.resize(static_cast<std::size_t>(plan.sequences));
    return {};
}

// A unified cache is copied as a whole, since cells that are shared must stay so.
bool KvCache::copy_state(llama_context* to) const {
    std::vector<std::uint8_t> state;
    if (plan_.unified) {
        state.resize(llama_state_get_size(context_.get()));
        const std::size_t size = llama_state_get_data(context_.get(), state.data(), state.size());
        return llama_state_set_data(to, state.data(), size) == size;
    }
    for (llama_seq_id slot = 0; slot < static_cast<llama_seq_id>(slots_.size()); ++slot) {
        if (slots_[static_cast<std::size_t>(slot)].use == Use::free) continue;
        state.resize(llama_state_seq_get_size(context_.get(), slot));
        const std::size_t size = llama_state_seq_get_data(context_.get(), state.data(), state.size(), slot);
        if (llama_state_seq_set_data(to, state.data(), size, slot) == 0) return false;
    }
    return true;
}

std::size_t KvCache::known(std::span<const TokenId> prompt) const {
    if (!settings_.share_prefixes || prompt.empty()) return 0;
    return std::min(tree_.longest(prompt).tokens, prompt.size() - 1);
}

bool KvCache::make_room(std::span<const TokenId> prompt, std::int64_t length, std::int64_t shared,
                        std::int64_t reserved) {
    const int source = source_of(prompt);
    if (!plan_.unified) return length <= plan_.cells && (has_free_slot() || oldest_kept(-1) >= 0);
    while (true) {
        const bool fits = static_cast<std::int64_t>(tree_.cells()) + reserved + length - shared <= plan_.cells;
        if (fits && has_free_slot()) return true;
        const int victim = oldest_kept(source);
        if (victim < 0) return fits && oldest_kept(-1) >= 0;
        drop(victim);
    }
}

// The oldest kept prompt gives way; the one that the prompt begins with is taken over as it is when it is the only one.
int KvCache::take_slot(std::span<const TokenId> prompt) {
    const auto found =
        std::find_if(slots_.begin(), slots_.end(), [](const Slot& slot) { return slot.use == Use::free; });
    int slot = static_cast<int>(found - slots_.begin());
    if (found == slots_.end()) {
        slot = oldest_kept(source_of(prompt));
        if (slot >= 0) {
            drop(slot);
        } else {
            slot = oldest_kept(-1);
            tree_.truncate(slot, known(prompt));
            roll_back(slot);
        }
    }
    slots_[static_cast<std::size_t>(slot)].use = Use::active;
    return slot;
}

std::size_t KvCache::share(int slot, std::span<const TokenId> prompt, std::size_t most) {
    if (!settings_.share_prefixes) return 0;
    const PrefixTree::Match match = tree_.longest(prompt);
    const std::size_t tokens = std::min(match.tokens, most);
    if (tokens <= tree_.length(slot)) return tree_.length(slot);  // taken over
    drop(slot);
    slots_[static_cast<std::size_t>(slot)].use = Use::active;
    const auto end = static_cast<llama_pos>(tokens);
    if (plan_.unified) {
        llama_memory_seq_cp(memory(), match.slot, slot, 0, end);
    } else {
        llama_memory_seq_cp(memory(), match.slot, slot, -1, -1);
        llama_memory_seq_rm(memory(), slot, end, -1);
    }
    tree_.share(slot, match.slot, tokens);
    return tokens;
}

void KvCache::wrote(int slot, std::span<const TokenId> tokens) {
    tree_.append(slot, tokens);
}

void KvCache::roll_back(int slot) {
    llama_memory_seq_rm(memory(), slot, static_cast<llama_pos>(tree_.length(slot)), -1);
}

// A prompt that others hold too needs no keeping.
void KvCache::release(int slot, std::size_t prompt) {
    if (!settings_.share_prefixes) prompt = 0;
    tree_.truncate(slot, prompt);
    if (prompt == 0 || tree_.own_cells(slot) == 0) {
        drop(slot);
        return;
    }
    roll_back(slot);
    slots_[static_cast<std::size_t>(slot)] = {Use::kept, ++releases_, queries_};
}

void KvCache::age(std::int64_t queries) {
    queries_ += queries;
    if (!plan_.unified || settings_.prefill_per_query <= 0) return;
    for (std::size_t i = 0; i < slots_.size(); ++i) {
        const bool spent = static_cast<double>(queries_ - slots_[i].scanned_at) > settings_.prefill_per_query;
        if (slots_[i].use == Use::kept && spent) drop(static_cast<int>(i));
    }
}

void KvCache::clear() {
    if (context_) llama_memory_clear(memory(), false);
    tree_ = PrefixTree();
    std::fill(slots_.begin(), slots_.end(), Slot());
}

// The slot that holds most of the prompt's beginning, or -1.
int KvCache::source_of(std::span<const TokenId> prompt) const {
    return settings_.share_prefixes ? tree_.longest(prompt).slot : -1;
}

int KvCache::oldest_kept(int but_not) const {
    int oldest = -1;
    for (int i = 0; i < static_cast<int>(slots_.size()); ++i) {
        const Slot& slot = slots_[static_cast<std::size_t>(i)];
        if (slot.use != Use::kept || i == but_not) continue;
        if (oldest < 0 || slot.since < slots_[static_cast<std::size_t>(oldest)].since) oldest = i;
    }
    return oldest;
}

void KvCache::drop(int slot) {
    llama_memory_seq_rm(memory(), slot, -1, -1);
    tree_.truncate(slot, 0);
    slots_[static_cast<std::size_t>(slot)] = Slot();
}

bool KvCache::has_free_slot() const {
    return std::any_of(slots_.begin(), slots_.end(), [](const Slot& slot) { return slot.use == Use::free; });
}

}  // namespace retort::llama
