#include "train/net/torch/torch_net.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <stdexcept>

namespace retort::train {
namespace {

// Every position of the cache is read at every step, so it has few to spare; growing it copies it, so it grows by more
// the longer it is.
std::int64_t room_for(std::int64_t positions) {
    constexpr std::int64_t kLeast = 16;
    const std::int64_t wanted = positions + positions / 8;
    return (wanted + kLeast) / kLeast * kLeast;
}

// {sequences * kv_heads, room, head_width} each.
struct Cache {
    at::Tensor keys;
    at::Tensor values;
};

at::Tensor grown(const at::Tensor& cache, std::int64_t room) {
    at::Tensor out = at::zeros({cache.size(0), room, cache.size(2)}, cache.options());
    out.narrow(1, 0, cache.size(1)).copy_(cache);
    return out;
}

// Rows that have ended go on taking room in the cache until so large a part of the batch has ended.
constexpr double kKeepAt = 0.75;

// Logits of the next token, one row of `vocabulary` floats for each sequence. Valid until the next call.
struct Logits {
    const float* values = nullptr;
    std::int64_t vocabulary = 0;
    const float* row(std::size_t i) const { return values + static_cast<std::int64_t>(i) * vocabulary; }
};

class TorchDecoder : public DecoderBackend {
  public:
    explicit TorchDecoder(const TorchNet& n) : net(n), attention(attention_shape(n.shape)) {}
    void write(const std::vector<std::vector<std::int32_t>>& prompts, const Choose& choose) override;

  private:
    const TorchNet& net;
    AttentionShape attention;
    std::vector<Cache> caches;
    std::vector<std::int64_t> lengths;  // tokens of each sequence so far
    std::int64_t room = 0;              // positions of the caches
    at::Tensor logits;                  // on the host, so that rows can be read

    Logits give(const at::Tensor& hidden) {
        logits = at::mm(hidden, net.parameters.weights().output.t()).to(at::kCPU).contiguous();
        return {logits.data_ptr<float>(), logits.size(1)};
    }

    at::Tensor indices(const std::vector<std::int64_t>& values) const {
        return at::tensor(values, at::kLong).to(net.device);
    }

    void check_context() const {
        for (const std::int64_t length : lengths)
            if (length > net.shape.context) throw std::length_error("a sequence is longer than the model's context");
    }

    Logits start(const std::vector<std::vector<std::int32_t>>& prompts);
    void fill(const KeysValues& computed, const std::vector<std::int64_t>& begins,
              const std::vector<std::size_t>& which);
    Logits feed(const std::vector<std::int32_t>& tokens);
    at::Tensor attend_step(Cache& cache, const at::Tensor& qkv, const at::Tensor& turns, const at::Tensor& slots,
                           const at::Tensor& mask) const;
    void keep(const std::vector<std::int32_t>& kept);
    void keep_running(std::vector<std::optional<std::size_t>>& running, std::vector<std::int32_t>& tokens);
};

// Computes each distinct prompt once, and copies its keys and values to the sequences that begin with it.
Logits TorchDecoder::start(const std::vector<std::vector<std::int32_t>>& prompts) {
    std::map<std::vector<std::int32_t>, std::size_t> known;
    Pack pack;
    std::vector<std::size_t> which;
    std::vector<std::int64_t> begins;
    std::vector<std::int64_t> lasts;
    lengths.clear();
    for (const std::vector<std::int32_t>& prompt : prompts) {
        const auto [place, is_new] = known.emplace(prompt, begins.size());
        which.push_back(place->second);
        lengths.push_back(static_cast<std::int64_t>(prompt.size()));
        if (!is_new) continue;
        begins.push_back(static_cast<std::int64_t>(pack.tokens.size()));
        pack.tokens.insert(pack.tokens.end(), prompt.begin(), prompt.end());
        pack.lengths.push_back(static_cast<std::int32_t>(prompt.size()));
        lasts.push_back(static_cast<std::int64_t>(pack.tokens.size()) - 1);
    }
    check_context();
    pack.wanted.assign(pack.tokens.size(), 0);
    const PackPlan plan = plan_pack(pack, 0, pack.lengths.size(), net.device);
    std::vector<KeysValues> computed;
    const at::Tensor hidden = hidden_states(net.shape, net.parameters.weights(), net.turns, plan, &computed);
    room = room_for(*std::max_element(lengths.begin(), lengths.end()));
    caches.clear();
    for (const KeysValues& layer : computed) fill(layer, begins, which);
    std::vector<std::int64_t> rows;
    for (const std::size_t i : which) rows.push_back(lasts[i]);
    return give(hidden.index_select(0, indices(rows)));
}

void TorchDecoder::fill(const KeysValues& computed, const std::vector<std::int64_t>& begins,
                        const std::vector<std::size_t>& which) {
    const auto sequences = static_cast<std::int64_t>(which.size());
    std::vector<std::int64_t> gather(static_cast<std::size_t>(sequences * room), 0);
    for (std::size_t i = 0; i < which.size(); ++i)
        for (std::int64_t j = 0; j < lengths[i]; ++j)
            gather[i * static_cast<std::size_t>(room) + static_cast<std::size_t>(j)] = begins[which[i]] + j;
    const at::Tensor from = indices(gather);
    const auto spread = [&](const at::Tensor& x) {
        return x.index_select(0, from)
            .view({sequences, room, attention.kv_heads, attention.head_width})
            .permute({0, 2, 1, 3})
            .reshape({sequences * attention.kv_heads, room, attention.head_width})
            .contiguous();  // of one sequence it would be a view
    };
    caches.push_back({spread(computed.keys), spread(computed.values)});
}

Logits TorchDecoder::feed(const std::vector<std::int32_t>& tokens) {
    const auto sequences = static_cast<std::int64_t>(lengths.size());
    if (static_cast<std::int64_t>(tokens.size()) != sequences) throw std::invalid_argument("one token a sequence");
    const at::Tensor positions = indices(lengths);
    std::vector<std::int64_t> slots;
    for (std::int64_t& length : lengths) {
        const auto i = static_cast<std::int64_t>(&length - lengths.data());
        for (std::int64_t head = 0; head < attention.kv_heads; ++head)
            slots.push_back((i * attention.kv_heads + head) * room + length);
        ++length;
    }
    check_context();
    const std::int64_t longest = *std::max_element(lengths.begin(), lengths.end());
    at::Tensor mask = at::arange(room, positions.options()).unsqueeze(0) > positions.unsqueeze(1);
    mask = at::zeros(mask.sizes(), net.parameters.values().options())
               .masked_fill_(mask, -std::numeric_limits<float>::infinity());
    const at::Tensor turns = net.turns.index_select(0, positions).unsqueeze(1);
    const at::Tensor where = indices(slots);
    const Weights& weights = net.parameters.weights();
    const double epsilon = net.shape.norm_epsilon;
    at::Tensor x = at::embedding(weights.embedding, indices(std::vector<std::int64_t>(tokens.begin(), tokens.end())));
    for (std::size_t i = 0; i < weights.layers.size(); ++i) {
        const LayerWeights& layer = weights.layers[i];
        const at::Tensor qkv = at::mm(rms_norm(x, layer.attn_norm, epsilon), layer.qkv.t());
        x = after_attention(layer, x, attend_step(caches[i], qkv, turns, where, mask), epsilon);
    }
    if (longest == room) {
        room = room_for(room);
        for (Cache& cache : caches) cache = {grown(cache.keys, room), grown(cache.values, room)};
    }
    return give(rms_norm(x, weights.output_norm, epsilon));
}

at::Tensor TorchDecoder::attend_step(Cache& cache, const at::Tensor& qkv, const at::Tensor& turns,
                                     const at::Tensor& slots, const at::Tensor& mask) const {
    const AttentionShape& s = attention;
    const std::int64_t sequences = qkv.size(0);
    const at::Tensor rows = qkv.view({sequences, s.all(), s.head_width});
    rotate(rows, s.heads + s.kv_heads, turns);
    const std::vector<std::int64_t> flat{-1, s.head_width};
    cache.keys.view(flat).index_copy_(0, slots, rows.narrow(1, s.heads, s.kv_heads).reshape(flat));
    cache.values.view(flat).index_copy_(0, slots, rows.narrow(1, s.heads + s.kv_heads, s.kv_heads).reshape(flat));
    const at::Tensor q = rows.narrow(1, 0, s.heads)
                             .reshape({sequences * s.kv_heads, s.per_kv(), s.head_width})
                             .mul_(1 / std::sqrt(static_cast<double>(s.head_width)));
    at::Tensor scores = at::bmm(q, cache.keys.transpose(1, 2));
    scores.view({sequences, s.heads, room}).add_(mask.unsqueeze(1));
    return at::bmm(at::softmax(scores, -1), cache.values).reshape({sequences, s.heads * s.head_width});
}

void TorchDecoder::keep(const std::vector<std::int32_t>& kept) {
    std::vector<std::int64_t> rows;
    std::vector<std::int64_t> left;
    for (const std::int32_t i : kept) {
        left.push_back(lengths[static_cast<std::size_t>(i)]);
        for (std::int64_t head = 0; head < attention.kv_heads; ++head) rows.push_back(i * attention.kv_heads + head);
    }
    lengths = std::move(left);
    if (kept.empty()) {
        caches.clear();
        return;
    }
    const at::Tensor which = indices(rows);
    for (Cache& cache : caches) cache = {cache.keys.index_select(0, which), cache.values.index_select(0, which)};
}

// Goes on without the rows that have ended: running holds each row's sequence, or none.
void TorchDecoder::keep_running(std::vector<std::optional<std::size_t>>& running, std::vector<std::int32_t>& tokens) {
    std::vector<std::int32_t> kept;
    for (std::size_t i = 0; i < running.size(); ++i)
        if (running[i]) kept.push_back(static_cast<std::int32_t>(i));
    keep(kept);
    for (std::size_t i = 0; i < kept.size(); ++i) {
        tokens[i] = tokens[static_cast<std::size_t>(kept[i])];
        running[i] = running[static_cast<std::size_t>(kept[i])];
    }
    tokens.resize(kept.size());
    running.resize(kept.size());
}

void TorchDecoder::write(const std::vector<std::vector<std::int32_t>>& prompts, const Choose& choose) {
    const at::NoGradGuard no_gradient;
    if (prompts.empty()) return;
    Logits given = start(prompts);
    std::vector<std::optional<std::size_t>> running;
    for (std::size_t i = 0; i < prompts.size(); ++i) running.emplace_back(i);
    std::size_t left = running.size();
    while (true) {
        std::vector<std::int32_t> tokens(running.size(), 0);
        for (std::size_t i = 0; i < running.size(); ++i) {
            if (!running[i]) continue;
            const std::optional<std::int32_t> chosen = choose(*running[i], given.row(i));
            if (chosen) {
                tokens[i] = *chosen;
            } else {
                running[i].reset();
                --left;
            }
        }
        if (left == 0) return;
        if (static_cast<double>(left) <= kKeepAt * static_cast<double>(running.size())) keep_running(running, tokens);
        given = feed(tokens);
    }
}

}  // namespace

std::unique_ptr<DecoderBackend> torch_decoder(const TorchNet& net) {
    return std::make_unique<TorchDecoder>(net);
}

}  // namespace retort::train
