#include "train/run/trainer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <utility>

#include "base/hash.h"
#include "train/run/checkpoint.h"
#include "train/run/evaluation.h"
#include "train/run/learning_problems.h"
#include "train/run/model_setup.h"
#include "train/run/remote.h"
#include "train/run/rl_phase.h"
#include "train/run/run_folder.h"
#include "train/run/run_lock.h"
#include "train/run/sft_phase.h"

namespace retort::train {
namespace {

Digests digests_of(const std::vector<RewardTerm>& terms) {
    std::string text;
    for (const RewardTerm& term : terms) text += fmt::format("{} {};", term.name, term.weight);
    return {{"the set of registered reward terms", sha256_hex(text)}};
}

class Silent : public TrainListener {
  public:
    void told(const std::string&) override {}
    void doing(const std::string&) override {}
    void stepped(const MetricsRow&) override {}
};

class Trainer {
  public:
    Trainer(const TrainConfig& config, const TrainOptions& options)
        : config_(config),
          options_(options),
          listener_(options.listener != nullptr ? *options.listener : silent_),
          folder_(config.run) {}

    Outcome<void> run();

    // Steps that are behind it.
    std::int64_t step_reached() const { return state_.step; }

  private:
    Outcome<void> prepare();
    Outcome<void> prepare_folder();
    Outcome<void> prepare_model();
    Outcome<void> prepare_net();
    Outcome<void> prepare_problems();
    Outcome<void> prepare_examples();
    Outcome<void> prepare_records();
    Outcome<void> prepare_phases();
    Outcome<void> resume();
    Outcome<void> resume_from(const std::string& file);
    Outcome<void> check_resume() const;
    Outcome<void> go_on(Checkpoint checkpoint, const std::string& file);
    Outcome<MetricsRow> step();
    Outcome<void> steps();
    Outcome<void> evaluate_first();
    Outcome<void> after_step(MetricsRow row);
    Outcome<void> save_checkpoint();
    Outcome<void> save_model();
    bool due_for_evaluation() const;
    bool is_rl() const { return state_.step >= config_.sft.steps; }
    bool is_last() const { return state_.step == all_steps() || state_.step == config_.sft.steps; }
    std::int64_t all_steps() const { return config_.sft.steps + config_.rl.steps; }

    const TrainConfig& config_;
    const TrainOptions& options_;
    Silent silent_;
    TrainListener& listener_;
    RunFolder folder_;
    std::optional<RunLock> lock_;  // the folder is this process's
    std::unique_ptr<Teacher> teacher_;
    std::optional<ExampleFile> examples_;
    TrainedModel model_;
    Evaluation evaluation_;
    Suite problems_;
    std::unique_ptr<Remote> remote_;  // null: the net is in this process
    std::unique_ptr<Net> net_;
    asio::io_context loop_;
    std::unique_ptr<RunJournal> journal_;
    std::optional<RolloutRunner> runner_;
    std::optional<SftPhase> sft_;
    std::unique_ptr<RlPhase> rl_;
    std::optional<MetricsFile> metrics_;
    Digests digests_;
    TrainState state_;
    std::vector<NamedTensor> behind_;             // of the checkpoint that was resumed
    std::string changed_;                         // by this resume: goes into the next row
    std::string recovered_ = options_.recovered;  // likewise
};

Outcome<void> Trainer::prepare_folder() {
    if (const auto made = folder_.make(); !made) return made.error();
    auto lock = RunLock::take(config_.run);
    if (!lock) return lock.error();
    if (!lock->is_held())
        listener_.told(
            fmt::format("{} has no locks: make sure that no other process trains in this folder", config_.run));
    lock_.emplace(std::move(*lock));
    return folder_.prepare(config_, options_.resume);
}

Outcome<void> Trainer::prepare_model() {
    if (!config_.task.empty()) {
        auto teacher = make_teacher(config_.task);
        if (!teacher) return teacher.error();
        teacher_ = std::move(*teacher);
    }
    auto model = set_up_model(config_, teacher_.get());
    if (!model) return model.error();
    model_ = std::move(*model);
    return {};
}

Outcome<void> Trainer::prepare_problems() {
    auto evaluation = Evaluation::load(config_.eval, model_.prompts, config_.seed);
    if (!evaluation) return evaluation.error();
    evaluation_ = std::move(*evaluation);
    digests_ = digests_of(options_.reward_terms);
    digests_[name_of(config_.eval, "eval")] = evaluation_.suite().hash;
    if (config_.rl.steps == 0) return {};
    auto problems = learning_problems(config_.data, evaluation_.suite(), listener_, digests_);
    if (!problems) return problems.error();
    problems_ = std::move(*problems);
    return {};
}

// A file of examples stands in for the teacher.
Outcome<void> Trainer::prepare_examples() {
    if (config_.sft.steps == 0 || config_.sft.examples.empty()) return {};
    const bool marks = model_.tokenizer->chat().marks() != nullptr;
    auto examples = learning_examples(config_.sft.examples, {model_.prompts, marks}, config_.data, evaluation_.suite(),
                                      listener_, digests_);
    if (!examples) return examples.error();
    examples_ = std::move(*examples);
    return {};
}

Outcome<void> Trainer::resume() {
    if (const std::string aside = folder_.set_failed_aside(); !aside.empty()) listener_.told(aside);
    std::optional<Error> first;
    for (const std::string& file : checkpoints_in(config_.run)) {
        const auto gone_on = resume_from(file);
        if (gone_on || gone_on.error().kind == ErrorKind::usage) return gone_on;
        listener_.told(gone_on.error().message + "; trying the one before");
        if (!first) first = gone_on.error();
    }
    if (first) return *first;
    listener_.told("no checkpoint yet: the run begins anew");
    return folder_.write_config(config_, {});
}

// Before a server is asked for anything: what may not be resumed does not touch the model that the run has there.
Outcome<void> Trainer::check_resume() const {
    for (const std::string& file : checkpoints_in(config_.run)) {
        const auto checkpoint = read_checkpoint(file, model_.file.shape);
        if (!checkpoint) continue;
        const auto changes = changes_since(checkpoint->inputs, config_, digests_, file);
        return changes ? Outcome<void>() : changes.error();
    }
    return {};
}

Outcome<void> Trainer::resume_from(const std::string& file) {
    auto checkpoint = read_checkpoint(file, model_.file.shape);
    if (!checkpoint) return checkpoint.error();
    try {
        return go_on(std::move(*checkpoint), file);
    } catch (const tinker::FailureException& exception) {
        if (exception.failure().kind != tinker::FailureKind::missing) throw;
        return Error{ErrorKind::model,
                     fmt::format("{}: the server does not have what it names: {}", file, exception.failure().message)};
    }
}

Outcome<void> Trainer::go_on(Checkpoint checkpoint, const std::string& file) {
    const auto changes = changes_since(checkpoint.inputs, config_, digests_, file);
    if (!changes) return changes.error();
    net_->set_state(checkpoint.net);
    state_ = std::move(checkpoint.state);
    behind_ = std::move(checkpoint.behind);
    listener_.told(fmt::format("resumed after step {} from {}", state_.step, file));
    if (!changes->empty()) {
        changed_ = text_of(*changes);
        state_.changes.push_back(fmt::format("before step {}: {}", state_.step + 1, changed_));
        listener_.told("changed " + state_.changes.back());
    }
    return folder_.write_config(config_, state_.changes);
}

// Metrics and journal go on where the checkpoint ends.
Outcome<void> Trainer::prepare_records() {
    // Before the first step the evaluation of step 0 is made again, too.
    auto metrics = MetricsFile::open(folder_.file("metrics.jsonl"), state_.step == 0 ? -1 : state_.step);
    if (!metrics) return metrics.error();
    metrics_ = std::move(*metrics);
    if (!config_.journal) return {};
    auto journal = RunJournal::open(folder_.file("rollouts.db"), loop_);
    if (!journal) return journal.error();
    journal_ = std::move(*journal);
    return {};
}

Outcome<void> Trainer::prepare_phases() {
    Outcome<std::unique_ptr<Writer>> writer = remote_ ? remote_->writer() : local_writer(config_, model_, *net_);
    if (!writer) return writer.error();
    runner_.emplace(loop_, model_, journal_.get(), std::move(*writer));
    if (examples_ || teacher_) {
        const ExampleSource& source = examples_ ? static_cast<const ExampleSource&>(*examples_) : *teacher_;
        sft_.emplace(config_, source, model_, *net_, folder_);
    }
    if (config_.rl.steps == 0) return {};
    auto rl = RlPhase::make({config_, model_, *net_, loop_, journal_.get(), *runner_, folder_, listener_}, problems_,
                            {config_.reward, options_.reward_terms}, state_, std::exchange(behind_, {}));
    if (!rl) return rl.error();
    rl_ = std::move(*rl);
    return {};
}

Outcome<void> Trainer::prepare_net() {
    if (config_.backend == "local") {
        net_ = std::make_unique<Net>(model_.file.shape, model_.file.tensors, net_options(config_));
    } else {
        auto remote = Remote::connect(config_, model_, listener_, options_.stop);
        if (!remote) return remote.error();
        remote_ = std::move(*remote);
        net_ = remote_->net();
    }
    model_.file.tensors.clear();
    return {};
}

Outcome<void> Trainer::prepare() {
    if (auto wrong = fault_of(options_.reward_terms)) return *wrong;
    if (const auto made = prepare_folder(); !made) return made.error();
    if (const auto model = prepare_model(); !model) return model.error();
    if (const auto read = prepare_problems(); !read) return read.error();
    if (const auto arms = arms_of(config_.rl); config_.rl.steps > 0 && !arms) return arms.error();
    if (const auto read = prepare_examples(); !read) return read.error();
    if (options_.resume && config_.backend != "local")
        if (const auto fits = check_resume(); !fits) return fits.error();
    if (const auto made = prepare_net(); !made) return made.error();
    if (options_.resume)
        if (const auto resumed = resume(); !resumed) return resumed.error();
    if (remote_ && state_.step == 0) remote_->start_anew();
    if (remote_)
        if (const auto noted = remote_->note_model(); !noted) return noted.error();
    if (const auto opened = prepare_records(); !opened) return opened.error();
    return prepare_phases();
}

Outcome<void> Trainer::save_checkpoint() {
    Checkpoint checkpoint{
        state_, {to_toml(config_, false), digests_}, net_->state(fmt::format("step-{:06}", state_.step))};
    if (rl_) rl_->save(checkpoint);
    if (const std::string& kept = checkpoint.net.kept; !kept.empty())
        if (const auto noted = folder_.note_kept(state_.step, kept); !noted) return noted.error();
    return folder_.save(checkpoint, config_.checkpoint_keep);
}

bool Trainer::due_for_evaluation() const {
    if (config_.eval.every == 0) return false;
    return state_.step % config_.eval.every == 0 || is_last();
}

Outcome<void> Trainer::evaluate_first() {
    MetricsRow row(0, config_.sft.steps > 0 ? "sft" : "rl");
    if (const auto evaluated = evaluation_.run(row, *runner_, listener_); !evaluated) return evaluated.error();
    if (const auto written = metrics_->append(row); !written) return written.error();
    listener_.stepped(row);
    return {};
}

// The row of a step is whole before it is written, its evaluation with it.
Outcome<void> Trainer::after_step(MetricsRow row) {
    if (due_for_evaluation()) {
        const auto evaluated = evaluation_.run(row, *runner_, listener_);
        if (!evaluated) return evaluated.error();
        if (!state_.best || *evaluated > *state_.best) {
            state_.best = *evaluated;
            state_.best_step = state_.step;
        }
    }
    if (const auto written = metrics_->append(row); !written) return written.error();
    listener_.stepped(row);
    const bool stopped = options_.stop != nullptr && *options_.stop;
    const bool best = state_.best_step == state_.step && due_for_evaluation();
    if (state_.step % config_.checkpoint_every == 0 || is_last() || best || stopped)
        if (const auto saved = save_checkpoint(); !saved) return saved.error();
    if (stopped && state_.step < all_steps()) {
        if (const auto saved = save_model(); !saved) return saved.error();
        return Error{ErrorKind::interrupted,
                     fmt::format("stopped after step {}: a checkpoint is written, go on with --resume; "
                                 "the model so far is in {}",
                                 state_.step, folder_.path())};
    }
    return {};
}

// What it throws (no memory, a fault of the device) ends the run; where to go on from is told before.
Outcome<MetricsRow> Trainer::step() {
    try {
        return is_rl() ? rl_->step(state_.step) : sft_->step(state_);
    } catch (const tinker::FailureException& exception) {
        // What is lost is made again without anybody's help: see train().
        if (exception.failure().kind != tinker::FailureKind::lost) listener_.told(folder_.broke_off(state_.step + 1));
        throw;
    } catch (...) {
        listener_.told(folder_.broke_off(state_.step + 1));
        throw;
    }
}

Outcome<void> Trainer::steps() {
    if (state_.step == 0 && config_.eval.every > 0)
        if (const auto evaluated = evaluate_first(); !evaluated) return evaluated.error();
    while (state_.step < all_steps()) {
        auto row = step();
        if (!row) return row.error();
        if (!std::isfinite(row->get("actor/grad_norm")))
            return folder_.no_number(row->step(), row->get("actor/updates") <= 1);
        runner_->sampler().weights_changed();
        ++state_.step;
        if (!recovered_.empty()) row->note("recovered", std::exchange(recovered_, {}));
        if (!changed_.empty()) row->note("changed", std::exchange(changed_, {}));
        if (const auto kept = after_step(std::move(*row)); !kept) return kept.error();
    }
    return {};
}

// Of a model on a server what can be had of it.
Outcome<void> Trainer::save_model() {
    ModelFile file = model_.file;
    if (remote_) {
        auto trained = remote_->trained(state_.step);
        if (!trained) return trained.error();
        if (!*trained) return {};
        file = std::move(**trained);
    } else {
        file.tensors = net_->weights();
    }
    const TrainConfig shown = without_places(config_);
    RunMetadata about{config_.task, model_.prompts, {}};  // without a task the model keeps its name
    about.about = {{"retort.train.steps", std::to_string(state_.step)},
                   {"retort.train.seed", std::to_string(config_.seed)},
                   {"retort.train.config", to_toml(shown, false)}};
    const std::string path = folder_.file("model.gguf");
    const auto written = write_model(path, file, *weight_type_from(config_.save), about);
    if (written) listener_.told(path + " is written");
    return written;
}

Outcome<void> Trainer::run() {
    if (const auto prepared = prepare(); !prepared) return prepared.error();
    listener_.told(fmt::format("{}{}, run folder {}", remote_ ? "" : fmt::format("{} parameters, ", net_->parameters()),
                               net_->engine(), config_.run));
    Outcome<void> stepped = steps();
    if (journal_)
        if (const auto closed = journal_->close(); !closed && stepped) stepped = closed.error();
    if (!stepped) return stepped.error();
    if (const auto saved = save_model(); !saved) return saved.error();
    if (remote_) remote_->give_up();
    return {};
}

}  // namespace

// What a server has lost, or may have counted without saying so, is made again from the last checkpoint: as a resume,
// which repeats what is not in it and nothing else.
Outcome<void> train(const TrainConfig& config, const TrainOptions& options) {
    constexpr int kMostInVain = 5;  // times that no further step is made in between
    TrainOptions own = options;
    std::int64_t reached = -1;
    for (int in_vain = 0;;) {
        Trainer trainer(config, own);
        try {
            return trainer.run();
        } catch (const tinker::FailureException& exception) {
            const tinker::Failure& failure = exception.failure();
            in_vain = trainer.step_reached() > reached ? 1 : in_vain + 1;
            reached = std::max(reached, trainer.step_reached());
            const bool stop = options.stop != nullptr && *options.stop;
            if (failure.kind != tinker::FailureKind::lost || in_vain > kMostInVain || stop) return error_of(failure);
            own.resume = true;
            own.recovered = failure.message;
        }
        if (own.listener != nullptr) own.listener->told(own.recovered + ": going back to the last checkpoint");
    }
}

}  // namespace retort::train
