// The training server of a run: its model there, and what of this run is to be known to the next process.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "base/error.h"
#include "train/rollout/writer.h"
#include "train/run/config.h"
#include "train/run/listener.h"
#include "train/run/model_setup.h"
#include "train/tinker/failure.h"
#include "train/tinker/link.h"
#include "train/tinker/sample_source.h"

namespace retort::train {

tinker::Wire wire_of(const TrainConfig& config);

class Remote {
  public:
    // Makes a model on the server, after the one that an earlier process of the run had there is given up. None is
    // owned; `stop` may be null. Errors: no key, a key that no header can carry. What the server does is a
    // tinker::FailureException, here and below.
    static Outcome<std::unique_ptr<Remote>> connect(const TrainConfig& config, const TrainedModel& model,
                                                    TrainListener& listener, const std::atomic<bool>* stop);

    // Both use this.
    std::unique_ptr<Net> net();
    std::unique_ptr<Writer> writer();

    // Before the first step of a run that no checkpoint has begun.
    void start_anew();

    // For the run's next process: which model it may give up.
    Outcome<void> note_model() const;

    // Nothing is asked of it any more.
    void give_up();

    // The model as it is now: the base model's file with the adapter in its weights. None, which is told: all weights
    // learnt, the file has none or is of another architecture, or the server gives no archive; what was trained stays
    // on the server.
    Outcome<std::optional<ModelFile>> trained(std::int64_t step);

  private:
    Remote(const TrainConfig& config, const TrainedModel& model, TrainListener& listener, tinker::ClientOptions options,
           const std::atomic<bool>* stop)
        : config_(config), model_(model), listener_(listener), link_(std::move(options), stop, wire_of(config)) {}
    void give_up_earlier();
    std::string stays(const std::string& path, const std::string& why) const;

    const TrainConfig& config_;
    const TrainedModel& model_;
    TrainListener& listener_;
    tinker::Link link_;
};

// How the server of a configuration is called; the error is that of a key that no header can carry.
Outcome<tinker::ClientOptions> client_options(const TrainConfig& config);

// Where a configuration's samples come from; `ends`: ids that end a sequence. The link is not owned. The error is that
// of a key.
Outcome<std::unique_ptr<tinker::SampleSource>> sample_source(const TrainConfig& config, tinker::Link& link,
                                                             std::vector<TokenId> ends);

// The run's error of what a server did: with what to do about it.
Error error_of(const tinker::Failure& failure);

}  // namespace retort::train
