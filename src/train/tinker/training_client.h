// One model in training on a server: its session, and its requests in the order in which they count.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "train/tinker/client.h"
#include "train/tinker/messages.h"

namespace retort::train::tinker {

struct ModelRequest {
    std::string base_model;  // as the server calls it; empty: the one that it has
    std::int64_t rank = 32;  // of the LoRA adapter; 0: all weights
    std::int64_t seed = 0;
};

using Data = std::shared_ptr<const std::vector<Datum>>;

// What learns, for people: "LoRA of rank 32" or "all weights".
std::string what_learns(std::int64_t rank);

// Of what is long: data of passes, and results of passes and samples. All else is JSON.
enum class Wire { json, proto };

// Loop thread only; one call at a time, but any number of samples.
class TrainingClient {
  public:
    // Not owned.
    TrainingClient(Client& client, Wire wire) : client_(client), wire_(wire) {}

    // Logs in, begins a session and makes the model. start() is to follow.
    Task<Result<bool>> open(ModelRequest request);

    // Weights become those that save() gave this path, or, of an empty one, a new model's; the optimiser likewise, or
    // begins anew. A server that hands on to a new model what an abandoned one had gathered of a gradient is made to
    // forget it. Asks for a first forward pass, so that one that cannot do it is known before anything is sampled.
    Task<Result<bool>> start(std::string kept, bool with_optimiser);

    const std::string& base_model() const { return base_model_; }
    const ServedModel& served() const { return served_; }                 // what the server says of it
    std::optional<std::int64_t> made_rank() const { return made_rank_; }  // of the adapter; none: it does not say
    const std::string& session() const { return session_; }
    const std::string& model() const { return model_; }
    std::size_t most_bytes() const { return client_.most_bytes(); }  // of a pass
    bool has_flags() const { return has_flags_; }                    // see kind_of()

    // Log-probabilities of all positions, one list a datum.
    Task<Result<Reply>> forward(Data data);

    // The gradient of all parts, which are sent side by side and count in this order, and an optimiser step where its
    // settings are given. The replies of the parts, and that of the step at the end.
    Task<Result<std::vector<Reply>>> learn(std::vector<Data> parts, Loss loss, std::optional<ClipBounds> bounds,
                                           std::optional<AdamParameters> settings);

    // The path. A name is used once in a model's life.
    Task<Result<std::string>> save(std::string name);
    Task<Result<std::string>> save_for_sampler(std::string name);

    // The weights as they are, to be sampled from until the next step: a sampling session.
    Task<Result<std::string>> snapshot();

    Task<Result<Reply>> sample(std::string sampling_session, TokenSequence prompt,
                               std::shared_ptr<const std::vector<TokenId>> stop, SampleParameters settings);

    // Sent each ten seconds by whoever owns this; false where the server does not take it.
    Task<bool> heartbeat();

    // Room on the server for others. What fails is of no matter any more.
    Task<void> unload(std::string model);

    // The adapter that save_for_sampler() gave this path, as an archive (tar, by gzip or not).
    Task<Result<std::string>> archive(std::string path);

  private:
    Call numbered(std::string path, std::string what, Repeat repeat);
    Call pass(std::string what, Repeat repeat, const Data& data, Loss loss, std::optional<ClipBounds> bounds);
    Call step(const AdamParameters& settings);
    Task<Result<bool>> make_model();
    Task<Result<bool>> load(std::string path, bool with_optimiser);
    Task<Result<bool>> keeps_gradient();
    Task<Result<Reply>> use_up_gradient();
    Task<Result<bool>> start_without_gradient(std::string kept, bool with_optimiser);
    using NamedBody = std::function<std::string(const std::string& name)>;
    Task<Result<std::string>> saved(std::string path, std::string name, NamedBody body);

    Client& client_;
    const Wire wire_;
    std::string base_model_;
    ServedModel served_;
    std::optional<std::int64_t> made_rank_;
    std::string session_;
    std::string model_;
    bool has_flags_ = false;
    bool may_inherit_ = false;  // gradients of models that were here before
    ModelRequest request_;
    std::int64_t models_ = 0;     // that were made in this session
    std::int64_t seq_id_ = 0;     // of the model's last request
    std::int64_t snapshots_ = 0;  // sampling sessions that were asked for
    std::int64_t samples_ = 0;    // of the newest sampling session
};

}  // namespace retort::train::tinker
