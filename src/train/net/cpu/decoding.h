// Many sequences written side by side. Each worker has sequences of its own, as many under way as serve the products
// well, and takes up the next when some have ended. Not public.
#pragma once

#include <memory>
#include <vector>

#include "train/net/cpu/model.h"
#include "train/net/cpu/workers.h"
#include "train/net/net_backend.h"

namespace retort::train::cpu {

class Writer;  // of one worker

class CpuDecoder : public DecoderBackend {
  public:
    CpuDecoder(const Model& model, const std::vector<float>& weights, Workers& workers);
    ~CpuDecoder() override;
    void write(const std::vector<std::vector<std::int32_t>>& prompts, const Choose& choose) override;

    // Floats that it holds after it has written so much.
    static std::int64_t floats(const Model& model, int workers, const NetDemand& demand);

  private:
    const Model& model_;
    const std::vector<float>& weights_;
    std::vector<float> turned_;
    Workers& workers_;
    std::vector<std::unique_ptr<Writer>> writers_;
};

}  // namespace retort::train::cpu
