#include "train/tinker/server_model.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "model/llama/sampler.h"
#include "train/net/decoder.h"

namespace retort::train::tinker::test {
namespace {

// With the masked targets wanted, or all of them.
Pack pack_of(const std::vector<Datum>& data, bool all) {
    Pack out;
    for (const Datum& datum : data) {
        out.tokens.insert(out.tokens.end(), datum.tokens.begin(), datum.tokens.end());
        out.tokens.push_back(datum.targets.back());
        out.lengths.push_back(static_cast<std::int32_t>(datum.tokens.size()) + 1);
        out.wanted.push_back(0);
        for (const std::uint8_t masked : datum.mask) out.wanted.push_back(all ? 1 : masked);
    }
    return out;
}

// How much a target's log-probability counts, before any reduction.
double weight_of(const SentData& sent, const Datum& datum, std::size_t position, double logprob) {
    if (sent.loss == "cross_entropy") return 1;
    const double ratio = std::exp(logprob - static_cast<double>(datum.logprobs[position]));
    const auto advantage = static_cast<double>(datum.advantages[position]);
    if (sent.loss == "cispo") return std::clamp(ratio, sent.bounds.low, sent.bounds.high) * advantage;
    return ratio * advantage;
}

// Where each wanted target is: its datum and its position there.
struct Target {
    const Datum* datum;
    std::size_t position;
    double scale;  // the server's own
};

std::vector<Target> targets_of(const std::vector<Datum>& data, std::size_t all, Reduction reduction) {
    std::vector<Target> out;
    for (const Datum& datum : data) {
        const double weights = std::accumulate(datum.mask.begin(), datum.mask.end(), 0.0);
        const double scale = reduction == Reduction::sum ? 1 : 1 / (std::max(weights, 1e-9) * static_cast<double>(all));
        for (std::size_t i = 0; i < datum.mask.size(); ++i)
            if (datum.mask[i] != 0) out.push_back({&datum, i, scale});
    }
    return out;
}

}  // namespace

std::vector<std::vector<float>> ServerModel::forward(const std::vector<Datum>& data) const {
    const TokenScores scores = net_.score(pack_of(data, true));
    std::vector<std::vector<float>> out;
    auto next = scores.logprobs.begin();
    for (const Datum& datum : data) {
        const auto end = next + static_cast<std::ptrdiff_t>(datum.targets.size());
        out.emplace_back(next, end);
        next = end;
    }
    return out;
}

void ServerModel::accumulate(const SentData& sent, std::size_t all, Reduction reduction) {
    const std::vector<Target> targets = targets_of(sent.data, all, reduction);
    net_.accumulate(pack_of(sent.data, false), [&](std::size_t first, const TokenScores& scores) {
        std::vector<float> out;
        for (std::size_t i = 0; i < scores.logprobs.size(); ++i) {
            const Target& target = targets[first + i];
            const double weight =
                weight_of(sent, *target.datum, target.position, static_cast<double>(scores.logprobs[i]));
            out.push_back(static_cast<float>(target.scale * weight));
        }
        return out;
    });
}

double ServerModel::step(const AdamW& settings, Reduction reduction) {
    std::size_t all = 0;
    for (const SentData& sent : gathered_) all += sent.data.size();
    for (const SentData& sent : gathered_) accumulate(sent, all, reduction);
    gathered_.clear();
    return net_.step(settings);
}

SampledSequence ServerModel::sample(const std::vector<TokenId>& prompt, const std::set<TokenId>& stop,
                                    const SampleParameters& parameters, std::uint64_t first) const {
    SampledSequence out;
    out.stop_reason = "length";
    llama::Sampler draw;
    const auto vocabulary = static_cast<std::size_t>(net_.shape().vocabulary);
    const llama::SamplingParameters drawn{parameters.temperature, parameters.top_p, parameters.seed, true};
    Decoder decoder(net_);
    decoder.write({prompt}, [&](std::size_t, const float* logits) -> std::optional<std::int32_t> {
        const auto token = draw.sample({logits, vocabulary}, drawn, first + out.tokens.size(), true);
        out.tokens.push_back(token.id);
        out.logprobs.push_back(token.logprob);
        if (stop.contains(token.id)) out.stop_reason = "stop";
        const bool ends =
            stop.contains(token.id) || static_cast<std::int64_t>(out.tokens.size()) == parameters.max_tokens;
        return ends ? std::nullopt : std::optional(token.id);
    });
    return out;
}

}  // namespace retort::train::tinker::test
