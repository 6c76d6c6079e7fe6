#include "train/net/torch/torch_net.h"

#include <torch/version.h>

#include <cmath>
#include <stdexcept>
#include <thread>

#include "train/net/pack_cut.h"

namespace retort::train {
namespace {

std::vector<float> to_floats(const at::Tensor& tensor) {
    const at::Tensor host = tensor.detach().to(at::kCPU).contiguous();
    const float* from = host.data_ptr<float>();
    return {from, from + host.numel()};
}

at::Tensor to_tensor(const std::vector<float>& values, at::Device device) {
    return at::tensor(values).to(device);
}

// "torch" is LibTorch on the CPU.
at::Device device_of(const NetOptions& options) {
    return at::Device(options.device == "torch" ? "cpu" : options.device);
}

void set_threads(int threads) {
    if (threads <= 0) threads = static_cast<int>(std::thread::hardware_concurrency());
    if (threads > 0) at::set_num_threads(threads);
}

void append(TokenScores& out, const Scores& scores) {
    const std::vector<float> logprobs = to_floats(scores.logprobs);
    const std::vector<float> entropies = to_floats(scores.entropies);
    out.logprobs.insert(out.logprobs.end(), logprobs.begin(), logprobs.end());
    out.entropies.insert(out.entropies.end(), entropies.begin(), entropies.end());
}

}  // namespace

TorchNet::TorchNet(const NetShape& s, const std::vector<float>& values, const NetOptions& options)
    : shape(s),
      device(device_of(options)),
      parameters(s, values, device),
      turns(rotations(s.context, s.head_width, s.rope_base, device)),
      pack_tokens_(options.pack_tokens),
      first_(at::zeros_like(parameters.values())),
      second_(at::zeros_like(parameters.values())) {
    set_threads(options.threads);
}

Scores TorchNet::forward(const PackPlan& plan, double temperature) const {
    const Weights& weights = parameters.weights();
    const at::Tensor hidden = hidden_states(shape, weights, turns, plan).index_select(0, plan.predicting);
    return score_targets(hidden, weights.output, plan.targets, temperature);
}

TokenScores TorchNet::score(const Pack& pack, double temperature) {
    const at::NoGradGuard no_gradient;
    TokenScores out;
    for (const PackStretch& stretch : cut_pack(pack, pack_tokens_)) {
        const PackPlan plan = plan_pack(pack, stretch.first, stretch.count, device);
        append(out, forward(plan, temperature));
    }
    return out;
}

TokenScores TorchNet::accumulate(const Pack& pack, const Coefficients& coefficients, double temperature) {
    TokenScores out;
    for (const PackStretch& stretch : cut_pack(pack, pack_tokens_)) {
        const PackPlan plan = plan_pack(pack, stretch.first, stretch.count, device);
        const Scores scores = forward(plan, temperature);
        TokenScores here;
        append(here, scores);
        const std::vector<float> weights = coefficients(out.logprobs.size(), here);
        if (weights.size() != here.logprobs.size())
            throw std::logic_error("one coefficient a wanted token is expected");
        if (!weights.empty()) scores.logprobs.backward(to_tensor(weights, device).neg_());
        append(out, scores);
    }
    return out;
}

void TorchNet::drop_gradient() {
    parameters.gradient().zero_();
}

double TorchNet::step(const AdamW& settings) {
    const at::NoGradGuard no_gradient;
    at::Tensor& gradient = parameters.gradient();
    const double norm = gradient.to(at::kDouble).norm().item<double>();
    if (!std::isfinite(norm)) {
        drop_gradient();
        return norm;
    }
    if (settings.clip_norm > 0 && norm > settings.clip_norm) gradient.mul_(settings.clip_norm / norm);
    ++steps_;
    const auto steps = static_cast<double>(steps_);
    first_.mul_(settings.beta1).add_(gradient, 1 - settings.beta1);
    second_.mul_(settings.beta2).addcmul_(gradient, gradient, 1 - settings.beta2);
    const double second_scale = std::sqrt(1 - std::pow(settings.beta2, steps));
    const at::Tensor scale = second_.sqrt().div_(second_scale).add_(settings.epsilon);
    at::Tensor& values = parameters.values();
    if (settings.weight_decay > 0)
        for (const Parameters::Stretch& matrix : parameters.matrices())
            values.narrow(0, matrix.begin, matrix.size).mul_(1 - settings.lr * settings.weight_decay);
    values.addcdiv_(first_, scale, -settings.lr / (1 - std::pow(settings.beta1, steps)));
    drop_gradient();
    return norm;
}

std::vector<float> TorchNet::weights() const {
    return to_floats(parameters.values());
}

std::vector<float> TorchNet::gradient() const {
    return to_floats(parameters.gradient());
}

void TorchNet::set_weights(const std::vector<float>& weights) {
    parameters.assign(weights);
}

OptimiserState TorchNet::optimiser() const {
    return {steps_, to_floats(first_), to_floats(second_)};
}

void TorchNet::set_optimiser(const OptimiserState& state) {
    steps_ = state.steps;
    first_.copy_(to_tensor(state.first, device));
    second_.copy_(to_tensor(state.second, device));
}

std::unique_ptr<DecoderBackend> TorchNet::decoder() {
    return torch_decoder(*this);
}

std::string TorchNet::engine() const {
    const int threads = at::get_num_threads();
    return torch_library() + ", " + std::to_string(threads) + (threads == 1 ? " thread" : " threads");
}

std::string torch_library() {
    return "LibTorch " + std::string(TORCH_VERSION);
}

std::unique_ptr<NetBackend> torch_backend(const NetShape& shape, const std::vector<float>& weights,
                                          const NetOptions& options) {
    return std::make_unique<TorchNet>(shape, weights, options);
}

}  // namespace retort::train
