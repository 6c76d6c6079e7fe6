#include "train/tinker/tinker_net.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <stdexcept>

#include "train/tinker/data.h"

namespace retort::train::tinker {
namespace {

[[noreturn]] void elsewhere() {
    throw std::logic_error("weights and optimiser are on the training server");
}

AdamParameters parameters_of(const AdamW& settings) {
    return {settings.lr, settings.beta1, settings.beta2, settings.epsilon, settings.weight_decay, settings.clip_norm};
}

// Of a step's answer; none where the server does not tell.
std::optional<double> norm_in(const Reply& step) {
    for (const char* name : {"skyrl.ai/grad_norm", "grad_norm", "grad_norm:mean", "grad_norm:sum"})
        if (const auto found = step.metrics.find(name); found != step.metrics.end()) return found->second;
    return std::nullopt;
}

std::string differences(const ServerKind& kind) {
    std::string out;
    if (kind.clip_norm == ClipNorm::none) out += "; it bounds no gradient, whatever clip_norm says";
    if (kind.one_weights_slot) out += "; weight_decay would be that of all its models";
    if (!kind.takes_adam)
        out +=
            "; of the optimiser's settings it takes the learning rate alone: weight decay, betas and the bound on "
            "gradients are those that it was started with";
    return out;
}

}  // namespace

void TinkerNet::meet(const Reply& forward) {
    if (kind_ != nullptr) return;
    kind_ = &kind_of(forward, link_.client().has_flags());
    const Reduction reduction = settings_.reduction.value_or(kind_->reduction);
    settings_.told(fmt::format("the server answers as {} does: losses are reduced by {}{}{}", kind_->name,
                               name(reduction), settings_.reduction ? " (tinker.reduction)" : "", differences(*kind_)));
    if (reduction == kind_->reduction) return;
    settings_.told(
        fmt::format("warning: tinker.reduction = \"{}\", but {} reduces by {}: if it is one, every gradient is wrong, "
                    "and nothing shows it; leave tinker.reduction at auto unless you know better",
                    name(reduction), kind_->name, name(kind_->reduction)));
}

TokenScores TinkerNet::scores_of(const std::vector<Datum>& data, double temperature) {
    if (temperature != 1) throw std::invalid_argument("a training server scores at temperature 1 alone");
    TokenScores out;
    for (const Data& part : parts_of(data)) {
        const Reply reply = link_.run(link_.client().forward(part)).value();
        meet(reply);
        if (const auto fault = take_scores(*part, reply, out.logprobs))
            throw FailureException({FailureKind::malformed, "forward: " + *fault});
    }
    out.entropies.assign(out.logprobs.size(), std::numeric_limits<float>::quiet_NaN());
    return out;
}

TokenScores TinkerNet::score(const Pack& pack, double temperature) {
    return scores_of(data_of(pack), temperature);
}

TokenScores TinkerNet::accumulate(const Pack& pack, const Coefficients& coefficients, double temperature) {
    std::vector<Datum> data = data_of(pack);
    TokenScores scores = scores_of(data, temperature);
    const std::vector<float> wanted = coefficients(0, scores);
    gathered_.data.insert(gathered_.data.end(), std::make_move_iterator(data.begin()),
                          std::make_move_iterator(data.end()));
    gathered_.logprobs.insert(gathered_.logprobs.end(), scores.logprobs.begin(), scores.logprobs.end());
    gathered_.coefficients.insert(gathered_.coefficients.end(), wanted.begin(), wanted.end());
    return scores;
}

std::vector<Data> TinkerNet::parts_of(std::vector<Datum> data) const {
    std::vector<Data> out;
    for (std::vector<Datum>& part : in_parts(std::move(data), settings_.request_tokens, link_.client().most_bytes()))
        out.push_back(std::make_shared<const std::vector<Datum>>(std::move(part)));
    return out;
}

std::optional<TokenScores> TinkerNet::accumulate_policy(const Pack& pack, const ClippedPolicy& policy) {
    if (!settings_.native_cispo) return std::nullopt;
    std::vector<Datum> data = data_of(pack);
    if (data.empty()) return TokenScores();
    if (std::exchange(on_server_, true)) throw std::logic_error("a second policy before the step");
    if (kind_ == nullptr) scores_of({data.front()}, 1);  // to see what the server does with sums
    set_coefficients(data, policy.sampled, policy.weights, reduction());
    const std::vector<Data> parts = parts_of(std::move(data));
    const std::vector<Reply> replies =
        link_.run(link_.client().learn(parts, Loss::cispo, ClipBounds{policy.low, policy.high}, std::nullopt)).value();
    TokenScores out;
    for (std::size_t i = 0; i < parts.size(); ++i)
        if (const auto fault = take_scores(*parts[i], replies[i], out.logprobs))
            throw FailureException({FailureKind::malformed, "forward_backward: " + *fault});
    out.entropies.assign(out.logprobs.size(), std::numeric_limits<float>::quiet_NaN());
    return out;
}

double TinkerNet::step(const AdamW& settings) {
    Gathered gathered = std::exchange(gathered_, {});
    if (!std::exchange(on_server_, false) && gathered.data.empty()) return 0;
    for (const float coefficient : gathered.coefficients)
        if (!std::isfinite(coefficient)) return std::numeric_limits<double>::quiet_NaN();
    if (!gathered.data.empty()) set_coefficients(gathered.data, gathered.logprobs, gathered.coefficients, reduction());
    const std::vector<Reply> replies =
        link_
            .run(link_.client().learn(parts_of(std::move(gathered.data)), Loss::importance_sampling, std::nullopt,
                                      parameters_of(settings)))
            .value();
    if (const auto norm = norm_in(replies.back())) return *norm;
    if (!std::exchange(told_of_norm_, true))
        settings_.told("the server tells no norm of the gradient: actor/grad_norm is 0");
    return 0;
}

std::string TinkerNet::keep(const std::string& name) {
    return link_.run(link_.client().save(name)).value();
}

void TinkerNet::go_back_to(const std::string& kept) {
    link_.run(link_.client().start(kept, true)).value();
}

std::string TinkerNet::engine() const {
    return fmt::format("{} on {}, {} on a training server", what_learns(settings_.rank), link_.client().base_model(),
                       link_.client().model());
}

std::vector<float> TinkerNet::weights() const {
    elsewhere();
}
std::vector<float> TinkerNet::gradient() const {
    elsewhere();
}
void TinkerNet::set_weights(const std::vector<float>&) {
    elsewhere();
}
OptimiserState TinkerNet::optimiser() const {
    elsewhere();
}
void TinkerNet::set_optimiser(const OptimiserState&) {
    elsewhere();
}
std::unique_ptr<DecoderBackend> TinkerNet::decoder() {
    elsewhere();
}

}  // namespace retort::train::tinker
