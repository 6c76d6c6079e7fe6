// First drafts that are not drawn anew for every rollout (TRAINING: PaCoRe's cached pool).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "async/gate.h"
#include "model/language_model.h"

namespace retort::train {

enum class DraftSource {
    fresh,   // each rollout draws its own
    shared,  // all rollouts of a prompt read the same first drafts
    cached,  // from a pool of drafts of earlier steps, where it has enough
};
std::optional<DraftSource> draft_source_from(std::string_view name);

// Drafts of earlier steps by problem, each as JSON; part of a checkpoint.
using DraftPool = std::map<std::string, std::vector<std::string>>;

// Drafts of the first round come from where `source` says, everything else from the inner model. A draft that is given
// costs what it cost when it was drawn. Loop thread only.
class DraftsModel final : public LanguageModel {
  public:
    // None is owned. `seed` decides which drafts of the pool are given.
    DraftsModel(asio::io_context& loop, LanguageModel& inner, DraftSource source, const DraftPool& pool,
                std::uint64_t seed);
    ~DraftsModel() override;

    Task<Completion> complete(CompletionRequest request, OnDelta on_delta, std::stop_token stop) override;
    Task<TokenCount> count_tokens(std::string text) override { return inner_.count_tokens(std::move(text)); }
    Task<TokenCount> count_prompt(Prompt prompt) override { return inner_.count_prompt(std::move(prompt)); }
    ModelInfo info() const override { return inner_.info(); }

    // The part of the first drafts that came from the pool; none where there are none to be had from it.
    std::optional<double> pooled() const;

    // Puts the drafts that were drawn into the pool, in the order of their places; of each problem the latest stay.
    void add_to(DraftPool& pool) const;

  private:
    struct Shared;
    Task<Completion> shared(CompletionRequest request, std::stop_token stop);

    asio::io_context& loop_;
    LanguageModel& inner_;
    const DraftSource source_;
    const DraftPool& pool_;
    const std::uint64_t seed_;
    std::map<std::pair<std::string, int>, std::unique_ptr<Shared>> shared_;  // by problem and draft
    std::map<Place, Completion> drawn_;
    std::size_t asked_ = 0;  // for first drafts, of a pool
    std::size_t given_ = 0;
};

}  // namespace retort::train
