#include "train/net/cpu/decoding.h"

#include <algorithm>
#include <stdexcept>

#include "train/net/cpu/kv_cache.h"
#include "train/net/cpu/tile.h"

namespace retort::train::cpu {
namespace {

// A step reads all weights and the keys and values of all sequences under way. So many sequences are under way on one
// worker that the latter are no more than the former, or than what a cache holds: measured, more of them are slower,
// as their keys and values come from further away.
constexpr std::int64_t kNearFloats = 3 << 18;
constexpr std::size_t kFewest = 12;  // below that products are slow, whatever the cache holds
// Those that have ended are replaced together, since their prompts are computed together too.
constexpr std::size_t kRefill = 4;
constexpr std::int64_t kPromptTokens = 512;  // computed at once
constexpr std::size_t kRun = 16;             // sequences of one prompt that stay on one worker

using Prompts = std::vector<std::vector<std::int32_t>>;

// Sequence numbers by worker: runs of equal prompts go to the workers in turn.
std::vector<std::vector<std::size_t>> divide(const Prompts& prompts, int workers) {
    std::vector<std::vector<std::size_t>> out(static_cast<std::size_t>(workers));
    std::size_t worker = 0;
    std::size_t run = 0;
    for (std::size_t i = 0; i < prompts.size(); ++i, ++run) {
        if (i > 0 && (run == kRun || prompts[i] != prompts[i - 1])) {
            worker = (worker + 1) % out.size();
            run = 0;
        }
        out[worker].push_back(i);
    }
    return out;
}

// A square at a time, so that neither side is read or written line by line.
void transpose(const float* from, const Model::Matrix& matrix, float* to) {
    constexpr std::int64_t kSide = 16;
    from += matrix.begin;
    to += matrix.begin;
    for (std::int64_t row = 0; row < matrix.rows; row += kSide)
        for (std::int64_t column = 0; column < matrix.width; column += kSide)
            for (std::int64_t i = row; i < std::min(matrix.rows, row + kSide); ++i)
                for (std::int64_t j = column; j < std::min(matrix.width, column + kSide); ++j)
                    to[j * matrix.rows + i] = from[i * matrix.width + j];
}

}  // namespace

class Writer {
  public:
    // `turned` are the weights with each matrix transposed: products of few rows are up to twice as fast so.
    Writer(const Model& model, const std::vector<float>& weights, const std::vector<float>& turned)
        : model_(model), weights_(weights), turned_(turned), pool_(model), tile_(model) {}

    // Floats that it holds after it has written so many.
    static std::int64_t floats(const Model& model, std::int64_t sequences, const NetDemand& demand);

    void write(const Prompts& prompts, const std::vector<std::size_t>& mine, const Choose& choose) {
        drop_all();
        std::size_t next = 0;
        while (next < mine.size() || !under_way_.empty()) {
            const std::size_t room = std::min(room_for_more(prompts, mine, next), mine.size() - next);
            if (room >= kRefill || (room > 0 && (under_way_.empty() || next + room == mine.size()))) {
                begin(prompts,
                      {mine.begin() + static_cast<std::ptrdiff_t>(next),
                       mine.begin() + static_cast<std::ptrdiff_t>(next + room)},
                      choose);
                next += room;
            } else {
                go_on(choose);
            }
        }
    }

  private:
    struct Sequence {
        Sequence(std::size_t i, const HeadLayout& layout) : number(i), cache(layout) {}
        std::size_t number;
        KvCache cache;
        std::int64_t length = 0;  // tokens whose keys and values are known
        std::int32_t fed = 0;     // the token that comes next
    };

    void drop_all() {
        for (Sequence& sequence : under_way_) sequence.cache.give_back(pool_);
        under_way_.clear();
    }

    // How many of those from `next` on may begin now.
    std::size_t room_for_more(const Prompts& prompts, const std::vector<std::size_t>& mine, std::size_t next) const {
        const std::int64_t near = std::max(kNearFloats, model_.size);
        // Sequences grow: by whole blocks, as memory is taken.
        const auto floats_of = [this](std::int64_t length) {
            return (length / BlockPool::kPositions + 1) * pool_.floats();
        };
        std::int64_t floats = 0;
        for (const Sequence& sequence : under_way_) floats += floats_of(sequence.length);
        std::size_t out = 0;
        for (; next + out < mine.size(); ++out) {
            floats += floats_of(static_cast<std::int64_t>(prompts[mine[next + out]].size()));
            if (floats > near && under_way_.size() + out >= kFewest) break;
        }
        return out;
    }

    // Equal prompts that stand together are computed once.
    void begin(const Prompts& prompts, const std::vector<std::size_t>& numbers, const Choose& choose) {
        std::size_t at = 0;
        while (at < numbers.size()) {
            tokens_.clear();
            lengths_.clear();
            const std::size_t first = at;
            std::vector<std::size_t> which;  // prompt of this tile, for each number
            while (at < numbers.size()) {
                const std::vector<std::int32_t>& prompt = prompts[numbers[at]];
                const bool same = at > first && prompt == prompts[numbers[at - 1]];
                if (!same && !tokens_.empty() &&
                    static_cast<std::int64_t>(tokens_.size() + prompt.size()) > kPromptTokens)
                    break;
                if (!same) {
                    tokens_.insert(tokens_.end(), prompt.begin(), prompt.end());
                    lengths_.push_back(static_cast<std::int32_t>(prompt.size()));
                }
                which.push_back(lengths_.size() - 1);
                ++at;
            }
            begin_tile({numbers.begin() + static_cast<std::ptrdiff_t>(first),
                        numbers.begin() + static_cast<std::ptrdiff_t>(at)},
                       which, choose);
        }
    }

    void begin_tile(const std::vector<std::size_t>& numbers, const std::vector<std::size_t>& which,
                    const Choose& choose) {
        const auto rows = static_cast<std::int64_t>(tokens_.size());
        const float* hidden = tile_.forward(
            weights_.data(), {tokens_.data(), lengths_.data(), static_cast<std::int64_t>(lengths_.size()), rows});
        std::vector<std::int64_t> ends;  // of each prompt
        for (const std::int32_t length : lengths_) ends.push_back((ends.empty() ? 0 : ends.back()) + length);
        const std::int64_t width = model_.shape.width;
        float* lasts = hidden_.room(static_cast<std::int64_t>(ends.size()) * width);
        for (std::size_t i = 0; i < ends.size(); ++i)
            std::copy_n(hidden + (ends[i] - 1) * width, width, lasts + static_cast<std::int64_t>(i) * width);
        const float* logits = logits_of(lasts, static_cast<std::int64_t>(ends.size()));
        for (std::size_t i = 0; i < numbers.size(); ++i) {
            const auto prompt = static_cast<std::int64_t>(which[i]);
            const auto chosen = choose(numbers[i], logits + prompt * model_.shape.vocabulary);
            if (!chosen) continue;
            const std::int64_t length = lengths_[which[i]];
            Sequence sequence(numbers[i], model_.heads);
            sequence.length = length;
            sequence.fed = *chosen;
            sequence.cache.reach(length, pool_);
            for (std::size_t layer = 0; layer < model_.layers.size(); ++layer) {
                const float* row = tile_.qkv(layer) + (ends[which[i]] - length) * model_.heads.row();
                for (std::int64_t position = 0; position < length; ++position, row += model_.heads.row())
                    sequence.cache.put(static_cast<std::int64_t>(layer), position, row);
            }
            under_way_.push_back(std::move(sequence));
        }
    }

    // One token more of each.
    void go_on(const Choose& choose) {
        const float* logits = step();
        std::size_t left = 0;
        for (std::size_t i = 0; i < under_way_.size(); ++i) {
            Sequence& sequence = under_way_[i];
            const auto chosen =
                choose(sequence.number, logits + static_cast<std::int64_t>(i) * model_.shape.vocabulary);
            if (!chosen) {
                sequence.cache.give_back(pool_);
                continue;
            }
            sequence.fed = *chosen;
            if (left != i) std::swap(under_way_[left], sequence);
            ++left;
        }
        under_way_.erase(under_way_.begin() + static_cast<std::ptrdiff_t>(left), under_way_.end());
    }

    const float* step() {
        const auto rows = static_cast<std::int64_t>(under_way_.size());
        const std::int64_t width = model_.shape.width;
        const float* weights = weights_.data();
        float* x = x_.room(rows * width);
        for (std::int64_t i = 0; i < rows; ++i) {
            Sequence& sequence = under_way_[static_cast<std::size_t>(i)];
            if (++sequence.length > model_.shape.context)
                throw std::length_error("a sequence is longer than the model's context");
            sequence.cache.reach(sequence.length, pool_);
            std::copy_n(weights + std::int64_t{sequence.fed} * width, width, x + i * width);
        }
        for (std::size_t layer = 0; layer < model_.layers.size(); ++layer) {
            attend_step(layer, rows, x);
            feed_forward(layer, rows, x);
        }
        float* hidden = normed_.room(rows * width);
        rms_norm(x, weights + model_.output_norm, rows, width, model_.shape.norm_epsilon, hidden, scale_.room(rows));
        return logits_of(hidden, rows);
    }

    void attend_step(std::size_t layer, std::int64_t rows, float* x) {
        const LayerPlaces& places = model_.layers[layer];
        const HeadLayout& heads = model_.heads;
        const std::int64_t width = model_.shape.width;
        const float* weights = weights_.data();
        float* normed = normed_.room(rows * width);
        rms_norm(x, weights + places.attn_norm, rows, width, model_.shape.norm_epsilon, normed, scale_.room(rows));
        float* qkv = qkv_.room(rows * heads.row());
        multiply(rows, heads.row(), width, {normed, width}, {turned_.data() + places.qkv, heads.row()},
                 {qkv, heads.row()});
        float* attended = attended_.room(rows * heads.attended());
        for (std::int64_t i = 0; i < rows; ++i) {
            Sequence& sequence = under_way_[static_cast<std::size_t>(i)];
            float* row = qkv + i * heads.row();
            const std::int64_t position = sequence.length - 1;
            turn(row, 0, heads.heads, model_.turns, position, model_.query_scale);
            turn(row, heads.heads, heads.heads + heads.kv_heads, model_.turns, position, 1);
            sequence.cache.put(static_cast<std::int64_t>(layer), position, row);
            sequence.cache.attend(static_cast<std::int64_t>(layer), sequence.length, row,
                                  attended + i * heads.attended(),
                                  scores_.room(sequence.length + BlockPool::kPositions));
        }
        multiply(rows, width, heads.attended(), {attended, heads.attended()},
                 {turned_.data() + places.attn_output, width}, {x, width}, Into::added);
    }

    void feed_forward(std::size_t layer, std::int64_t rows, float* x) {
        const LayerPlaces& places = model_.layers[layer];
        const std::int64_t width = model_.shape.width;
        const std::int64_t inner = model_.shape.feed_forward;
        const float* weights = weights_.data();
        float* normed = normed_.room(rows * width);
        rms_norm(x, weights + places.ffn_norm, rows, width, model_.shape.norm_epsilon, normed, scale_.room(rows));
        float* gate_up = gate_up_.room(rows * 2 * inner);
        multiply(rows, 2 * inner, width, {normed, width}, {turned_.data() + places.gate_up, 2 * inner},
                 {gate_up, 2 * inner});
        float* active = active_.room(rows * inner);
        swiglu(gate_up, rows, inner, active);
        multiply(rows, width, inner, {active, inner}, {turned_.data() + places.ffn_down, width}, {x, width},
                 Into::added);
    }

    const float* logits_of(const float* hidden, std::int64_t rows) {
        const std::int64_t vocabulary = model_.shape.vocabulary;
        float* logits = logits_.room(rows * vocabulary);
        multiply(rows, vocabulary, model_.shape.width, {hidden, model_.shape.width},
                 {turned_.data() + model_.output, vocabulary}, {logits, vocabulary});
        return logits;
    }

    const Model& model_;
    const std::vector<float>& weights_;
    const std::vector<float>& turned_;
    BlockPool pool_;
    Tile tile_;
    std::vector<Sequence> under_way_;
    std::vector<std::int32_t> tokens_;  // of the prompts that are computed now
    std::vector<std::int32_t> lengths_;
    Floats x_, normed_, scale_, qkv_, attended_, gate_up_, active_, hidden_, logits_, scores_;
};

// Of those that begin while there is room, all grow to their ends.
std::int64_t Writer::floats(const Model& model, std::int64_t sequences, const NetDemand& demand) {
    const auto blocks = [](std::int64_t length) { return length / BlockPool::kPositions + 1; };
    const std::int64_t block = BlockPool(model).floats();
    const std::int64_t near = std::max(kNearFloats, model.size) / (blocks(demand.prompt) * block);
    const std::int64_t rows = std::min(sequences, std::max<std::int64_t>(near, kFewest));
    const std::int64_t prompts = std::min(rows * demand.prompt, std::max(kPromptTokens, demand.prompt));
    const HeadLayout& heads = model.heads;
    const std::int64_t step = 2 * model.shape.width + heads.row() + heads.attended() +
                              3 * std::int64_t{model.shape.feed_forward} + model.shape.vocabulary;
    return rows * (blocks(demand.whole) * block + step) + Tile::floats(model, prompts, demand.prompt);
}

std::int64_t CpuDecoder::floats(const Model& model, int workers, const NetDemand& demand) {
    if (demand.written == 0) return model.size;
    const std::int64_t share = (demand.written + workers - 1) / workers;
    return model.size + workers * Writer::floats(model, share, demand);
}

CpuDecoder::CpuDecoder(const Model& model, const std::vector<float>& weights, Workers& workers)
    : model_(model), weights_(weights), turned_(weights.size()), workers_(workers) {
    for (int i = 0; i < workers.size(); ++i) writers_.push_back(std::make_unique<Writer>(model, weights, turned_));
}
CpuDecoder::~CpuDecoder() = default;

void CpuDecoder::write(const Prompts& prompts, const Choose& choose) {
    workers_.run([&](int worker) {
        for (std::size_t i = static_cast<std::size_t>(worker); i < model_.matrices.size(); i += writers_.size())
            transpose(weights_.data(), model_.matrices[i], turned_.data());
    });
    const std::vector<std::vector<std::size_t>> shares = divide(prompts, workers_.size());
    workers_.run([&](int worker) {
        const auto i = static_cast<std::size_t>(worker);
        writers_[i]->write(prompts, shares[i], choose);
    });
}

}  // namespace retort::train::cpu
