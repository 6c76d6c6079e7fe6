// A Llama model that can be trained: log-probabilities of packed sequences, gradients, AdamW. C++17 and free of
// LibTorch, which is behind it. One thread at a time. Failures (no memory, no such device, a server that is gone) are
// exceptions.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "train/net/shape.h"

namespace retort::train {

// Sequences side by side; none attends to another, and their order changes nothing.
struct Pack {
    std::vector<std::int32_t> tokens;   // of all sequences, one after another
    std::vector<std::int32_t> lengths;  // tokens of each sequence
    std::vector<std::uint8_t>
        wanted;  // for each token: 1 where its log-probability is wanted; never a sequence's first
};

// Of the wanted tokens of a pack, in order. Natural logarithms, of the distribution at the temperature asked for.
struct TokenScores {
    std::vector<float> logprobs;
    std::vector<float> entropies;  // of the distribution that the token was drawn from
};

// How much each wanted token's log-probability counts in what is maximised: the objective as a function of the
// log-probabilities under the present weights. Nothing flows through the coefficients themselves. Asked for one
// stretch of the pack after another; `first` is the stretch's first token among the wanted tokens of the pack.
using Coefficients = std::function<std::vector<float>(std::size_t first, const TokenScores& stretch)>;

struct AdamW {
    double lr = 1e-3;
    double beta1 = 0.9;
    double beta2 = 0.95;
    double epsilon = 1e-15;
    double weight_decay = 0;  // of matrices; vectors do not decay
    double clip_norm = 1;     // largest norm of the whole gradient; 0: no bound
};

// What AdamW remembers, in the order of tensors_of(), and how many steps it has made.
struct OptimiserState {
    std::int64_t steps = 0;
    std::vector<float> first;
    std::vector<float> second;
};

struct NetOptions {
    std::string device = "cpu";       // own kernels; LibTorch: "torch" on the CPU, "cuda", "cuda:1"
    int threads = 0;                  // 0: as many as there are cores
    std::int64_t pack_tokens = 4096;  // a pack is cut where it is longer, sequences stay whole; bounds memory
};

// What a run keeps of a net: its weights and what its optimiser remembers, or, where these are on a server, how the
// server calls them.
struct NetState {
    std::vector<NamedTensor> weights;
    OptimiserState optimiser;
    std::string kept;  // not empty: the others are
};

// Weights are elsewhere and cannot be reached. It says nothing against what was to be learnt.
class NetUnreachable : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

class Decoder;
class NetBackend;

class Net {
  public:
    // `weights` are those of tensors_of(shape), in its order.
    Net(const NetShape& shape, const std::vector<NamedTensor>& weights, const NetOptions& options);
    // Weights are where the backend has them.
    Net(const NetShape& shape, std::unique_ptr<NetBackend> backend);
    ~Net();
    Net(Net&&) noexcept;
    Net& operator=(Net&&) noexcept;

    const NetShape& shape() const { return shape_; }

    // Without gradients.
    TokenScores score(const Pack& pack, double temperature = 1) const;

    // Adds the gradient of -sum_t c_t log pi_t to what was gathered since the last step.
    TokenScores accumulate(const Pack& pack, const Coefficients& coefficients, double temperature = 1);

    // One step down the gradient that was gathered, which is then zero again. The gradient's norm before clipping; a
    // norm that is no number leaves weights and optimiser as they are.
    double step(const AdamW& settings);

    // The gradient that was gathered is dropped.
    void drop_gradient();

    std::vector<NamedTensor> weights() const;
    std::vector<NamedTensor> gradients() const;
    void set_weights(const std::vector<NamedTensor>& weights);
    OptimiserState optimiser() const;
    void set_optimiser(const OptimiserState& state);

    // To go on from later. `name` is for a server that keeps them; it is not used again by this net.
    NetState state(const std::string& name);
    void set_state(const NetState& state);

    std::int64_t parameters() const { return parameters_; }

    // What computes it: "own kernels over oneDNN 2.6.3, 2 threads".
    std::string engine() const;

  private:
    friend class Decoder;
    NetShape shape_;
    std::unique_ptr<NetBackend> backend_;
    std::int64_t parameters_ = 0;
};

// The libraries that nets may be computed with: "oneDNN 2.6.3, LibTorch 1.13.0".
std::string net_libraries();

}  // namespace retort::train
