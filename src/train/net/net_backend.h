// What computes a net: our own kernels (cpu/) or LibTorch (torch/). Weights and gradients are flat, in the order of
// tensors_of(). The contracts are those of net.h and decoder.h. Not public; C++17.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "train/net/decoder.h"
#include "train/net/net.h"
#include "train/net/net_memory.h"

namespace retort::train {

class DecoderBackend {
  public:
    virtual ~DecoderBackend() = default;
    virtual void write(const std::vector<std::vector<std::int32_t>>& prompts, const Choose& choose) = 0;
};

class NetBackend {
  public:
    virtual ~NetBackend() = default;
    virtual TokenScores score(const Pack& pack, double temperature) = 0;
    virtual TokenScores accumulate(const Pack& pack, const Coefficients& coefficients, double temperature) = 0;
    virtual double step(const AdamW& settings) = 0;
    virtual void drop_gradient() = 0;
    virtual std::vector<float> weights() const = 0;
    virtual std::vector<float> gradient() const = 0;
    virtual void set_weights(const std::vector<float>& weights) = 0;
    virtual OptimiserState optimiser() const = 0;
    virtual void set_optimiser(const OptimiserState& state) = 0;
    virtual std::unique_ptr<DecoderBackend> decoder() = 0;
    // Where weights are on a server: it keeps them and the optimiser, and how it calls them; or it goes back to those.
    // Empty: they are not, and the functions above have them.
    virtual std::string keep(const std::string& name) {
        (void)name;
        return {};
    }
    virtual void go_back_to(const std::string& kept) { (void)kept; }
    virtual std::string engine() const = 0;
};

std::unique_ptr<NetBackend> cpu_backend(const NetShape& shape, const std::vector<float>& weights,
                                        const NetOptions& options);
std::unique_ptr<NetBackend> torch_backend(const NetShape& shape, const std::vector<float>& weights,
                                          const NetOptions& options);

// See net_bytes().
std::int64_t cpu_bytes(const NetShape& shape, const NetOptions& options, const NetDemand& demand);
std::int64_t torch_bytes(const NetShape& shape, const NetOptions& options, const NetDemand& demand);

// "oneDNN 2.6.3", "LibTorch 1.13.0".
std::string cpu_library();
std::string torch_library();

}  // namespace retort::train
