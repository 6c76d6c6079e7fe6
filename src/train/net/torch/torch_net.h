// A net over LibTorch, on a GPU or a CPU; its decoder reads it too. Not public; C++17.
#pragma once

#include "train/net/net_backend.h"
#include "train/net/torch/forward.h"

namespace retort::train {

class TorchNet : public NetBackend {
  public:
    TorchNet(const NetShape& shape, const std::vector<float>& weights, const NetOptions& options);

    TokenScores score(const Pack& pack, double temperature) override;
    TokenScores accumulate(const Pack& pack, const Coefficients& coefficients, double temperature) override;
    double step(const AdamW& settings) override;
    void drop_gradient() override;
    std::vector<float> weights() const override;
    std::vector<float> gradient() const override;
    void set_weights(const std::vector<float>& weights) override;
    OptimiserState optimiser() const override;
    void set_optimiser(const OptimiserState& state) override;
    std::unique_ptr<DecoderBackend> decoder() override;
    std::string engine() const override;

    // What the decoder reads.
    const NetShape shape;
    const at::Device device;
    Parameters parameters;
    const at::Tensor turns;

  private:
    Scores forward(const PackPlan& plan, double temperature) const;

    const std::int64_t pack_tokens_;
    at::Tensor first_;  // AdamW's moments, flat
    at::Tensor second_;
    std::int64_t steps_ = 0;
};

std::unique_ptr<DecoderBackend> torch_decoder(const TorchNet& net);

}  // namespace retort::train
