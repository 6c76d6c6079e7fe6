#include "train/net/net.h"

#include <torch/version.h>

#include <cmath>
#include <cstring>
#include <stdexcept>
#include <thread>

#include "train/net/net_inside.h"

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

Net::Inside::Inside(const NetShape& s, const std::vector<NamedTensor>& values, const NetOptions& o)
    : shape(s),
      options(o),
      device(o.device),
      parameters(s, values, device),
      turns(rotations(s.context, s.head_width, s.rope_base, device)),
      first(at::zeros_like(parameters.values())),
      second(at::zeros_like(parameters.values())) {}

Net::Net(const NetShape& shape, const std::vector<NamedTensor>& weights, const NetOptions& options) {
    set_threads(options.threads);
    inside_ = std::make_unique<Inside>(shape, weights, options);
}
Net::~Net() = default;
Net::Net(Net&&) noexcept = default;
Net& Net::operator=(Net&&) noexcept = default;

const NetShape& Net::shape() const {
    return inside_->shape;
}

Scores Net::Inside::forward(const PackPlan& plan, double temperature) const {
    const Weights& weights = parameters.weights();
    const at::Tensor hidden = hidden_states(shape, weights, turns, plan).index_select(0, plan.predicting);
    return score_targets(hidden, weights.output, plan.targets, temperature);
}

TokenScores Net::score(const Pack& pack, double temperature) const {
    const at::NoGradGuard no_gradient;
    TokenScores out;
    for (const PackStretch& stretch : cut_pack(pack, inside_->options.pack_tokens)) {
        const PackPlan plan = plan_pack(pack, stretch.first, stretch.count, inside_->device);
        append(out, inside_->forward(plan, temperature));
    }
    return out;
}

TokenScores Net::accumulate(const Pack& pack, const Coefficients& coefficients, double temperature) {
    TokenScores out;
    for (const PackStretch& stretch : cut_pack(pack, inside_->options.pack_tokens)) {
        const PackPlan plan = plan_pack(pack, stretch.first, stretch.count, inside_->device);
        const Scores scores = inside_->forward(plan, temperature);
        TokenScores here;
        append(here, scores);
        const std::vector<float> weights = coefficients(out.logprobs.size(), here);
        if (weights.size() != here.logprobs.size())
            throw std::logic_error("one coefficient a wanted token is expected");
        if (!weights.empty()) scores.logprobs.backward(to_tensor(weights, inside_->device).neg_());
        append(out, scores);
    }
    return out;
}

void Net::drop_gradient() {
    inside_->parameters.gradient().zero_();
}

double Net::step(const AdamW& settings) {
    const at::NoGradGuard no_gradient;
    Inside& net = *inside_;
    at::Tensor& gradient = net.parameters.gradient();
    const double norm = gradient.to(at::kDouble).norm().item<double>();
    if (!std::isfinite(norm)) {
        drop_gradient();
        return norm;
    }
    if (settings.clip_norm > 0 && norm > settings.clip_norm) gradient.mul_(settings.clip_norm / norm);
    ++net.steps;
    const auto steps = static_cast<double>(net.steps);
    net.first.mul_(settings.beta1).add_(gradient, 1 - settings.beta1);
    net.second.mul_(settings.beta2).addcmul_(gradient, gradient, 1 - settings.beta2);
    const double second_scale = std::sqrt(1 - std::pow(settings.beta2, steps));
    const at::Tensor scale = net.second.sqrt().div_(second_scale).add_(settings.epsilon);
    at::Tensor& values = net.parameters.values();
    if (settings.weight_decay > 0)
        for (const Parameters::Stretch& matrix : net.parameters.matrices())
            values.narrow(0, matrix.begin, matrix.size).mul_(1 - settings.lr * settings.weight_decay);
    values.addcdiv_(net.first, scale, -settings.lr / (1 - std::pow(settings.beta1, steps)));
    drop_gradient();
    return norm;
}

std::vector<NamedTensor> Net::weights() const {
    return inside_->parameters.named(inside_->parameters.values());
}

std::vector<NamedTensor> Net::gradients() const {
    return inside_->parameters.named(inside_->parameters.gradient());
}

void Net::set_weights(const std::vector<NamedTensor>& weights) {
    inside_->parameters.assign(weights);
}

OptimiserState Net::optimiser() const {
    return {inside_->steps, to_floats(inside_->first), to_floats(inside_->second)};
}

void Net::set_optimiser(const OptimiserState& state) {
    const auto size = static_cast<std::size_t>(parameters());
    if (state.first.size() != size || state.second.size() != size)
        throw std::invalid_argument("the optimiser's state is that of another model");
    inside_->steps = state.steps;
    inside_->first.copy_(to_tensor(state.first, inside_->device));
    inside_->second.copy_(to_tensor(state.second, inside_->device));
}

std::int64_t Net::parameters() const {
    return inside_->parameters.values().numel();
}

std::string net_library() {
    return "LibTorch " + std::string(TORCH_VERSION);
}

int net_threads() {
    return at::get_num_threads();
}

}  // namespace retort::train
