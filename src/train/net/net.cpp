#include "train/net/net.h"

#include <stdexcept>

#include "train/net/net_backend.h"

namespace retort::train {
namespace {

std::int64_t size_of(const NamedTensor& tensor) {
    std::int64_t out = 1;
    for (const std::int64_t n : tensor.shape) out *= n;
    return out;
}

std::vector<float> flat_of(const NetShape& shape, const std::vector<NamedTensor>& values) {
    const std::vector<NamedTensor> expected = tensors_of(shape);
    if (values.size() != expected.size()) throw std::invalid_argument("weights: another number of tensors is expected");
    std::vector<float> out;
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (values[i].name != expected[i].name ||
            static_cast<std::int64_t>(values[i].values.size()) != size_of(expected[i]))
            throw std::invalid_argument("weights: " + expected[i].name + " is missing or has another size");
        out.insert(out.end(), values[i].values.begin(), values[i].values.end());
    }
    return out;
}

std::vector<NamedTensor> named_of(const NetShape& shape, const std::vector<float>& flat) {
    std::vector<NamedTensor> out = tensors_of(shape);
    auto from = flat.begin();
    for (NamedTensor& tensor : out) {
        const auto end = from + static_cast<std::ptrdiff_t>(size_of(tensor));
        tensor.values.assign(from, end);
        from = end;
    }
    return out;
}

#if !RETORT_NET_TORCH
[[noreturn]] void refuse(const NetOptions& options) {
    throw std::invalid_argument(
        "device " + options.device +
        ": this program was built without LibTorch; take device=cpu, or build it again with it");
}
#endif

std::unique_ptr<NetBackend> make_backend(const NetShape& shape, const std::vector<float>& weights,
                                         const NetOptions& options) {
#if RETORT_NET_CPU
    if (options.device == "cpu") return cpu_backend(shape, weights, options);
#endif
#if RETORT_NET_TORCH
    return torch_backend(shape, weights, options);
#else
    refuse(options);
#endif
}

}  // namespace

Net::Net(const NetShape& shape, const std::vector<NamedTensor>& weights, const NetOptions& options)
    : shape_(shape), backend_(make_backend(shape, flat_of(shape, weights), options)) {
    for (const NamedTensor& tensor : tensors_of(shape)) parameters_ += size_of(tensor);
}
Net::Net(const NetShape& shape, std::unique_ptr<NetBackend> backend) : shape_(shape), backend_(std::move(backend)) {
    for (const NamedTensor& tensor : tensors_of(shape)) parameters_ += size_of(tensor);
}
Net::~Net() = default;
Net::Net(Net&&) noexcept = default;
Net& Net::operator=(Net&&) noexcept = default;

TokenScores Net::score(const Pack& pack, double temperature) const {
    return backend_->score(pack, temperature);
}

TokenScores Net::accumulate(const Pack& pack, const Coefficients& coefficients, double temperature) {
    return backend_->accumulate(pack, coefficients, temperature);
}

double Net::step(const AdamW& settings) {
    return backend_->step(settings);
}

void Net::drop_gradient() {
    backend_->drop_gradient();
}

std::vector<NamedTensor> Net::weights() const {
    return named_of(shape_, backend_->weights());
}

std::vector<NamedTensor> Net::gradients() const {
    return named_of(shape_, backend_->gradient());
}

void Net::set_weights(const std::vector<NamedTensor>& weights) {
    backend_->set_weights(flat_of(shape_, weights));
}

std::string Net::engine() const {
    return backend_->engine();
}

OptimiserState Net::optimiser() const {
    return backend_->optimiser();
}

void Net::set_optimiser(const OptimiserState& state) {
    const auto size = static_cast<std::size_t>(parameters_);
    if (state.first.size() != size || state.second.size() != size)
        throw std::invalid_argument("the optimiser's state is that of another model");
    backend_->set_optimiser(state);
}

NetState Net::state(const std::string& name) {
    if (std::string kept = backend_->keep(name); !kept.empty()) return {{}, {}, std::move(kept)};
    return {weights(), optimiser(), {}};
}

void Net::set_state(const NetState& state) {
    if (!state.kept.empty()) return backend_->go_back_to(state.kept);
    set_weights(state.weights);
    set_optimiser(state.optimiser);
}

Decoder::Decoder(const Net& net) : backend_(net.backend_->decoder()) {}
Decoder::~Decoder() = default;

void Decoder::write(const std::vector<std::vector<std::int32_t>>& prompts, const Choose& choose) {
    backend_->write(prompts, choose);
}

std::int64_t net_bytes(const NetShape& shape, const NetOptions& options, const NetDemand& demand) {
#if RETORT_NET_CPU
    if (options.device == "cpu") return cpu_bytes(shape, options, demand);
#endif
#if RETORT_NET_TORCH
    return torch_bytes(shape, options, demand);
#else
    (void)shape;
    (void)demand;
    refuse(options);
#endif
}

bool computes_in_process(const NetOptions& options) {
    return options.device == "cpu" || options.device == "torch";
}

std::string net_libraries() {
    std::string out;
#if RETORT_NET_CPU
    out = cpu_library();
#endif
#if RETORT_NET_TORCH
    out += (out.empty() ? "" : ", ") + torch_library();
#endif
    return out;
}

}  // namespace retort::train
