// A model as a training server holds it, for tests: a real net, the data gathered for its next step, and what the
// server makes of their losses. All weights learn, where real servers train an adapter. One thread.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "train/net/net.h"
#include "train/tinker/messages.h"
#include "train/tinker/reply.h"
#include "train/tinker/server_kind.h"

namespace retort::train::tinker::test {

// Data of one request, as they came.
struct SentData {
    std::vector<Datum> data;
    std::string loss;
    ClipBounds bounds;
};

class ServerModel {
  public:
    ServerModel(const NetShape& shape, const std::vector<NamedTensor>& weights) : net_(shape, weights, {"cpu", 1}) {}

    // Log-probabilities of all targets, one list a datum.
    std::vector<std::vector<float>> forward(const std::vector<Datum>& data) const;

    // Counts at the next step: only there it is known how many data there are.
    void gather(SentData sent) { gathered_.push_back(std::move(sent)); }

    std::vector<SentData> take_gathered() { return std::exchange(gathered_, {}); }

    // The gradient's norm.
    double step(const AdamW& settings, Reduction reduction);

    NetState state() { return net_.state("here"); }
    void set_state(const NetState& state) { net_.set_state(state); }
    std::vector<NamedTensor> weights() const { return net_.weights(); }
    void set_weights(const std::vector<NamedTensor>& weights) { net_.set_weights(weights); }

    // Draws by the seed, position `first` being that of the next token among those that the seed draws.
    SampledSequence sample(const std::vector<TokenId>& prompt, const std::set<TokenId>& stop,
                           const SampleParameters& parameters, std::uint64_t first) const;

  private:
    void accumulate(const SentData& sent, std::size_t all, Reduction reduction);

    Net net_;
    std::vector<SentData> gathered_;
};

}  // namespace retort::train::tinker::test
