#include "train/net/cpu/optimiser.h"

#include <algorithm>
#include <cmath>

#include "train/net/cpu/lanes.h"
#include "train/net/cpu/rows.h"

namespace retort::train::cpu {
namespace {

struct Rates {
    float clip;  // of the gradient
    float beta1;
    float beta2;
    float second_scale;  // of the root of the second moment
    float epsilon;
    float lr;  // over the first moment's correction
};

RETORT_CPU_KINDS void update(const Rates& r, const float* gradient, std::int64_t count, float* weights, float* first,
                             float* second) {
    for (std::int64_t i = 0; i < count; ++i) {
        const float g = gradient[i] * r.clip;
        first[i] = first[i] * r.beta1 + g * (1 - r.beta1);
        second[i] = second[i] * r.beta2 + g * g * (1 - r.beta2);
        weights[i] -= r.lr * first[i] / (std::sqrt(second[i]) * r.second_scale + r.epsilon);
    }
}

}  // namespace

Share share_of(std::int64_t size, int worker, int workers) {
    const std::int64_t begin = size * worker / workers;
    return {begin, size * (worker + 1) / workers - begin};
}

RETORT_CPU_KINDS void add(float* to, const float* from, std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i) to[i] += from[i];
}

double squares_of(const float* values, std::int64_t count) {
    constexpr std::int64_t kStretch = 1024;
    double out = 0;
    for (std::int64_t begin = 0; begin < count; begin += kStretch)
        out += static_cast<double>(dot(values + begin, values + begin, std::min(kStretch, count - begin)));
    return out;
}

Optimiser::Optimiser(const Model& model) : model_(model) {
    state_.first.assign(static_cast<std::size_t>(model.size), 0);
    state_.second = state_.first;
}

void Optimiser::step(const AdamW& settings, double norm, const std::vector<float>& gradient,
                     std::vector<float>& weights, Workers& workers) {
    const auto steps = static_cast<double>(++state_.steps);
    const double clip = settings.clip_norm > 0 && norm > settings.clip_norm ? settings.clip_norm / norm : 1;
    const Rates rates{static_cast<float>(clip),
                      static_cast<float>(settings.beta1),
                      static_cast<float>(settings.beta2),
                      static_cast<float>(1 / std::sqrt(1 - std::pow(settings.beta2, steps))),
                      static_cast<float>(settings.epsilon),
                      static_cast<float>(settings.lr / (1 - std::pow(settings.beta1, steps)))};
    if (settings.weight_decay > 0) {
        const auto kept = static_cast<float>(1 - settings.lr * settings.weight_decay);
        for (const Model::Matrix& matrix : model_.matrices)
            for (std::int64_t i = matrix.begin; i < matrix.begin + matrix.size(); ++i)
                weights[static_cast<std::size_t>(i)] *= kept;
    }
    workers.run([&](int worker) {
        const Share share = share_of(model_.size, worker, workers.size());
        update(rates, gradient.data() + share.begin, share.size, weights.data() + share.begin,
               state_.first.data() + share.begin, state_.second.data() + share.begin);
    });
}

}  // namespace retort::train::cpu
