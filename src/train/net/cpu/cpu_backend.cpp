// A net on this machine's cores, over kernels of our own: sequences are divided among threads, each of which takes its
// own through the whole model and back, a tile at a time. See docs/decisions/own-kernels.md.
#include <algorithm>
#include <cmath>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "train/net/cpu/decoding.h"
#include "train/net/cpu/optimiser.h"
#include "train/net/cpu/scores.h"
#include "train/net/cpu/tile.h"
#include "train/net/cpu/workers.h"
#include "train/net/net_backend.h"
#include "train/net/pack_cut.h"

namespace retort::train {
namespace cpu {
namespace {

// Products are near the machine's peak from 128 rows on, and what a tile leaves behind fits the cache.
constexpr std::int64_t kTileTokens = 512;

// Each thread gathers a gradient of its own; where these would take more memory than this, fewer threads share out
// the sequences, and each product has several.
constexpr std::int64_t kGradientFloats = std::int64_t{1} << 28;

struct Division {
    int workers;
    int inner_threads;
};
Division division(int threads, std::int64_t parameters) {
    if (threads <= 0) threads = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
    const auto most = static_cast<int>(std::clamp<std::int64_t>(kGradientFloats / parameters, 1, threads));
    return {most, threads / most};
}

// A stretch of a pack as a tile.
struct PlacedTile {
    TileTokens tokens;
    const std::uint8_t* wanted;
};

std::vector<PlacedTile> tiles_of(const Pack& pack, std::int64_t most_tokens) {
    std::vector<PlacedTile> out;
    std::size_t at = 0;
    for (const PackStretch& stretch : cut_pack(pack, most_tokens)) {
        std::int64_t rows = 0;
        for (std::size_t i = 0; i < stretch.count; ++i) rows += pack.lengths[stretch.first + i];
        out.push_back({{pack.tokens.data() + at, pack.lengths.data() + stretch.first,
                        static_cast<std::int64_t>(stretch.count), rows},
                       pack.wanted.data() + at});
        at += static_cast<std::size_t>(rows);
    }
    return out;
}

// Workers say what they found in the order of the tiles. One that fails lets the others end, without an error of their
// own.
class Turnstile {
  public:
    struct Broken {};

    template <class Work>
    void in_turn(std::size_t place, Work work) {
        std::unique_lock lock(mutex_);
        moved_.wait(lock, [&] { return next_ == place || broken_; });
        if (broken_) throw Broken();
        work();
        ++next_;
        moved_.notify_all();
    }
    void give_up() {
        const std::lock_guard lock(mutex_);
        broken_ = true;
        moved_.notify_all();
    }

  private:
    std::mutex mutex_;
    std::condition_variable moved_;
    std::size_t next_ = 0;
    bool broken_ = false;
};

void append(TokenScores& to, const TokenScores& from) {
    to.logprobs.insert(to.logprobs.end(), from.logprobs.begin(), from.logprobs.end());
    to.entropies.insert(to.entropies.end(), from.entropies.begin(), from.entropies.end());
}

class CpuBackend : public NetBackend {
  public:
    CpuBackend(const NetShape& shape, const std::vector<float>& weights, const NetOptions& options)
        : CpuBackend(shape, weights, options, division(options.threads, Model(shape).size)) {}

    TokenScores score(const Pack& pack, double temperature) override {
        TokenScores out;
        for_tiles(pack, [&](Seat& seat, const PlacedTile& tile, std::size_t place, Turnstile& turns) {
            const TokenScores here = forward(seat, tile, temperature);
            turns.in_turn(place, [&] { append(out, here); });
        });
        return out;
    }

    TokenScores accumulate(const Pack& pack, const Coefficients& coefficients, double temperature) override {
        TokenScores out;
        for_tiles(pack, [&](Seat& seat, const PlacedTile& tile, std::size_t place, Turnstile& turns) {
            const TokenScores here = forward(seat, tile, temperature);
            std::vector<float> weights;
            turns.in_turn(place, [&] {
                weights = coefficients(out.logprobs.size(), here);
                append(out, here);
            });
            if (weights.size() != here.logprobs.size())
                throw std::logic_error("one coefficient a wanted token is expected");
            if (weights.empty()) return;
            float* gradient = seat.gradient.data();
            float* dhidden = seat.scores.backward(weights_.data(), tile.tokens.rows, weights, gradient);
            seat.tile.backward(weights_.data(), tile.tokens, dhidden, gradient);
        });
        return out;
    }

    double step(const AdamW& settings) override {
        const double norm = gather();
        if (std::isfinite(norm)) optimiser_.step(settings, norm, seats_.front().gradient, weights_, workers_);
        drop_gradient();
        return norm;
    }

    void drop_gradient() override {
        for (Seat& seat : seats_) std::fill(seat.gradient.begin(), seat.gradient.end(), 0.0F);
    }

    std::vector<float> weights() const override { return weights_; }

    std::vector<float> gradient() const override {
        std::vector<float> out = seats_.front().gradient;
        for (std::size_t i = 1; i < seats_.size(); ++i)
            for (std::size_t j = 0; j < out.size(); ++j) out[j] += seats_[i].gradient[j];
        return out;
    }

    void set_weights(const std::vector<float>& weights) override { weights_ = weights; }
    OptimiserState optimiser() const override { return optimiser_.state(); }
    void set_optimiser(const OptimiserState& state) override { optimiser_.set_state(state); }
    std::unique_ptr<DecoderBackend> decoder() override {
        return std::make_unique<CpuDecoder>(model_, weights_, workers_);
    }

    std::string engine() const override {
        return "own kernels over " + cpu_library() + ", " + std::to_string(threads_) +
               (threads_ == 1 ? " thread" : " threads");
    }

  private:
    // What one worker needs.
    struct Seat {
        explicit Seat(const Model& model)
            : tile(model), scores(model), gradient(static_cast<std::size_t>(model.size), 0.0F) {}
        Tile tile;
        TargetScores scores;
        std::vector<float> gradient;
    };

    CpuBackend(const NetShape& shape, const std::vector<float>& weights, const NetOptions& options, Division division)
        : model_(shape),
          weights_(weights),
          tile_tokens_(std::min(options.pack_tokens, kTileTokens)),
          optimiser_(model_),
          threads_(division.workers * division.inner_threads),
          workers_(division.workers, division.inner_threads) {
        for (int i = 0; i < division.workers; ++i) seats_.emplace_back(model_);
    }

    TokenScores forward(Seat& seat, const PlacedTile& tile, double temperature) const {
        const float* hidden = seat.tile.forward(weights_.data(), tile.tokens);
        return seat.scores.forward(weights_.data(), tile.tokens, tile.wanted, hidden, temperature);
    }

    // Tile i is that of worker i modulo their number. Small packs are cut so that each has some.
    template <class Work>
    void for_tiles(const Pack& pack, Work work) {
        const auto share = static_cast<std::int64_t>(pack.tokens.size()) / workers_.size() + 1;
        const std::vector<PlacedTile> tiles = tiles_of(pack, std::min(tile_tokens_, share));
        Turnstile turns;
        workers_.run([&](int worker) {
            try {
                for (auto place = static_cast<std::size_t>(worker); place < tiles.size(); place += seats_.size())
                    work(seats_[static_cast<std::size_t>(worker)], tiles[place], place, turns);
            } catch (const Turnstile::Broken&) {
                return;  // whoever broke it says why
            } catch (...) {
                turns.give_up();
                throw;
            }
        });
    }

    // Makes the first worker's gradient the sum of all; its norm.
    double gather() {
        std::vector<float>& sum = seats_.front().gradient;
        std::vector<double> squares(seats_.size(), 0);
        workers_.run([&](int worker) {
            const Share share = share_of(model_.size, worker, workers_.size());
            double& square = squares[static_cast<std::size_t>(worker)];
            for (std::size_t i = 1; i < seats_.size(); ++i)
                add(sum.data() + share.begin, seats_[i].gradient.data() + share.begin, share.size);
            square = squares_of(sum.data() + share.begin, share.size);
        });
        double total = 0;
        for (const double square : squares) total += square;
        return std::sqrt(total);
    }

    const Model model_;
    std::vector<float> weights_;
    const std::int64_t tile_tokens_;
    Optimiser optimiser_;
    std::vector<Seat> seats_;  // by worker
    const int threads_;
    Workers workers_;
};

// Weights, two moments and each worker's gradient; what the tiles of each leave behind; a decoder.
std::int64_t floats_of(const NetShape& shape, const NetOptions& options, const NetDemand& demand) {
    const Model model(shape);
    const int workers = division(options.threads, model.size).workers;
    std::int64_t worker = model.size;
    if (demand.pack > 0) {
        const std::int64_t share = demand.pack / workers + 1;
        const std::int64_t rows = std::max(demand.longest, std::min({options.pack_tokens, kTileTokens, share}));
        worker += Tile::floats(model, rows, demand.longest) + TargetScores::floats(model, rows);
    }
    return 3 * model.size + workers * worker + CpuDecoder::floats(model, workers, demand);
}

}  // namespace
}  // namespace cpu

std::int64_t cpu_bytes(const NetShape& shape, const NetOptions& options, const NetDemand& demand) {
    return static_cast<std::int64_t>(sizeof(float)) * cpu::floats_of(shape, options, demand);
}

std::unique_ptr<NetBackend> cpu_backend(const NetShape& shape, const std::vector<float>& weights,
                                        const NetOptions& options) {
    return std::make_unique<cpu::CpuBackend>(shape, weights, options);
}

std::string cpu_library() {
    return cpu::product_library();
}

}  // namespace retort::train
