// A net whose weights are on a training server.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "train/net/net_backend.h"
#include "train/tinker/link.h"
#include "train/tinker/server_kind.h"

namespace retort::train::tinker {

struct NetSettings {
    std::int64_t rank = 32;              // for people
    std::int64_t request_tokens = 4096;  // of a forward or forward_backward request
    std::optional<Reduction> reduction;  // none: as the server's first answer shows
    bool native_cispo = false;           // the server's own loss computes policies
    std::function<void(const std::string&)> told = [](const std::string&) {};
};

// Learns by the coefficient trick: what is maximised is exactly that of Net::accumulate, on any server. The gradient
// is handed over by step(), where the number of data is known; that of a policy at once. Failures are FailureException.
// Entropies are not known (no number), since servers do not tell them; temperatures other than 1 are a
// std::invalid_argument.
class TinkerNet final : public NetBackend {
  public:
    // `link` is not owned; its client has a model.
    TinkerNet(Link& link, NetSettings settings) : link_(link), settings_(std::move(settings)) {}

    TokenScores score(const Pack& pack, double temperature) override;
    TokenScores accumulate(const Pack& pack, const Coefficients& coefficients, double temperature) override;
    std::optional<TokenScores> accumulate_policy(const Pack& pack, const ClippedPolicy& policy) override;
    double step(const AdamW& settings) override;          // none is made, and it is 0, where nothing was gathered
    void drop_gradient() override { gathered_.clear(); }  // one that is on the server stays
    std::string keep(const std::string& name) override;
    void go_back_to(const std::string& kept) override;
    std::string engine() const override;

    // Weights, gradient and optimiser stay on the server: asking for them is a std::logic_error.
    std::vector<float> weights() const override;
    std::vector<float> gradient() const override;
    void set_weights(const std::vector<float>& weights) override;
    OptimiserState optimiser() const override;
    void set_optimiser(const OptimiserState& state) override;
    std::unique_ptr<DecoderBackend> decoder() override;

  private:
    TokenScores scores_of(const std::vector<Datum>& data, double temperature);
    void meet(const Reply& forward);
    Reduction reduction() const { return settings_.reduction.value_or(kind_->reduction); }
    std::vector<Data> parts_of(std::vector<Datum> data) const;

    // What step() will send: data, and for each wanted token its log-probability and coefficient.
    struct Gathered {
        std::vector<Datum> data;
        std::vector<float> logprobs;
        std::vector<float> coefficients;
        void clear() { *this = {}; }
    };

    Link& link_;
    const NetSettings settings_;
    const ServerKind* kind_ = nullptr;  // from the first answer on
    bool told_of_norm_ = false;
    Gathered gathered_;
    bool on_server_ = false;  // the gradient is there already
};

}  // namespace retort::train::tinker
