#include "train/rollout/net_writer.h"

#include <algorithm>
#include <chrono>
#include <deque>
#include <optional>
#include <span>
#include <stdexcept>
#include <utility>

#include "model/llama/generation.h"
#include "model/llama/sampler.h"
#include "train/net/decoder.h"

namespace retort::train {
namespace {

using Steady = std::chrono::steady_clock;

double seconds_since(Steady::time_point start) {
    return std::chrono::duration<double>(Steady::now() - start).count();
}

// All are written by the time they are begun.
class AtOnce : public Writer {
  public:
    std::vector<Written> take() override { return std::exchange(written_, {}); }

  protected:
    std::vector<Written> written_;
};

class NetWriter final : public AtOnce {
  public:
    NetWriter(const Net& net, const llama::Tokenizer& tokenizer, std::int64_t rows)
        : net_(net), tokenizer_(tokenizer), rows_(static_cast<std::size_t>(rows)), decoder_(net) {}

    void begin(std::vector<WriterCall> calls) override {
        const std::span<WriterCall> all(calls);
        for (std::size_t begin = 0; begin < all.size(); begin += rows_)
            write_batch(all.subspan(begin, std::min(rows_, all.size() - begin)));
    }

  private:
    struct Row {
        const llama::LiveCall* call;
        llama::Generation generation;
        std::deque<TokenId> forced;  // still to be fed
    };
    void write_batch(std::span<const WriterCall> batch);
    TokenId next_token(Row& row, const float* logits) const;

    const Net& net_;
    const llama::Tokenizer& tokenizer_;
    const std::size_t rows_;
    Decoder decoder_;
};

void NetWriter::write_batch(std::span<const WriterCall> batch) {
    const auto started = Steady::now();
    const std::size_t first = written_.size();
    std::vector<Row> rows;
    std::vector<std::vector<TokenId>> prompts;
    for (const auto& [ticket, call] : batch) {
        rows.push_back(
            {&call, llama::Generation(tokenizer_.reasoning(), call.limits, call.inside_reasoning, true), {}});
        prompts.push_back(*call.prompt);
        written_.push_back({ticket, {}});
    }
    decoder_.write(prompts, [&](std::size_t i, const float* logits) -> std::optional<TokenId> {
        Row& row = rows[i];
        const TokenId token = next_token(row, logits);
        if (!row.generation.done()) return token;
        Completion& completion = written_[first + i].completion;
        row.generation.finish(row.generation.natural_finish(), completion);
        completion.wall_s = seconds_since(started);
        return std::nullopt;
    });
}

// The token that the row is to be fed: forced, or sampled now. On any of the decoder's threads.
TokenId NetWriter::next_token(Row& row, const float* logits) const {
    if (!row.forced.empty()) {
        const TokenId token = row.forced.front();
        row.forced.pop_front();
        return token;
    }
    thread_local llama::Sampler draw;
    const auto vocabulary = static_cast<std::size_t>(net_.shape().vocabulary);
    const auto position = static_cast<std::uint64_t>(row.generation.written());
    const llama::SampledToken token = draw.sample({logits, vocabulary}, row.call->sampling, position, true);
    const llama::Vocabulary& words = tokenizer_.vocabulary();
    const bool is_mark = tokenizer_.reasoning().is_mark(token.id);
    row.generation.take(token, words.piece(token.id, is_mark), words.ends_generation(token.id));
    const std::span<const TokenId> forced = row.generation.forced();
    row.forced.assign(forced.begin(), forced.end());
    return token.id;
}

class LlamaWriter final : public AtOnce {
  public:
    LlamaWriter(const Net& net, std::unique_ptr<llama::LiveModel> live) : net_(net), live_(std::move(live)) {}

    void weights_changed() override { stale_ = true; }

    void begin(std::vector<WriterCall> calls) override {
        if (std::exchange(stale_, false)) hand_over();
        std::vector<llama::LiveCall> asked;
        for (WriterCall& one : calls) asked.push_back(std::move(one.call));
        std::vector<Completion> written = live_->write(asked);
        for (std::size_t i = 0; i < calls.size(); ++i) written_.push_back({calls[i].ticket, std::move(written[i])});
    }

  private:
    void hand_over() {
        const std::vector<NamedTensor> tensors = net_.weights();
        const auto given = live_->set_weights([&](const std::string& name) {
            const auto found = std::find_if(tensors.begin(), tensors.end(),
                                            [&](const NamedTensor& tensor) { return tensor.name == name; });
            return found == tensors.end() ? std::span<const float>() : std::span(found->values);
        });
        if (!given) throw std::logic_error(given.error().message);
    }

    const Net& net_;
    const std::unique_ptr<llama::LiveModel> live_;
    bool stale_ = true;  // it has other weights than the net
};

}  // namespace

std::unique_ptr<Writer> net_writer(const Net& net, const llama::Tokenizer& tokenizer, std::int64_t rows) {
    return std::make_unique<NetWriter>(net, tokenizer, rows);
}

std::unique_ptr<Writer> llama_writer(const Net& net, std::unique_ptr<llama::LiveModel> live) {
    return std::make_unique<LlamaWriter>(net, std::move(live));
}

}  // namespace retort::train
