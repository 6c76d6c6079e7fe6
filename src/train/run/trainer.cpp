#include "train/run/trainer.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/hash.h"
#include "eval/summary.h"
#include "operator/result_json.h"
#include "train/rollout/drafts_model.h"
#include "train/run/checkpoint.h"
#include "train/run/methods.h"
#include "train/run/model_setup.h"
#include "train/run/problems.h"
#include "train/run/recording.h"
#include "train/run/rl.h"
#include "train/run/sft.h"
#include "train/tasks/example_file.h"

namespace retort::train {
namespace {

using Steady = std::chrono::steady_clock;

double seconds_since(Steady::time_point start) {
    return std::chrono::duration<double>(Steady::now() - start).count();
}

Error usage(std::string message) {
    return {ErrorKind::usage, std::move(message)};
}

// What the steps depend on: a run is not resumed under another configuration. How long it is to be, where it lies and
// how often it is looked at may change.
std::string hash_of(TrainConfig config) {
    config.run.clear();
    config.sft.steps = std::min<std::int64_t>(config.sft.steps, 1);
    config.rl.steps = std::min<std::int64_t>(config.rl.steps, 1);
    config.checkpoint_every = config.checkpoint_keep = 1;
    config.save = "f32";
    return sha256_hex(to_toml(config, false));
}

Suite part_of(const Suite& suite, const std::vector<std::size_t>& places) {
    Suite out;
    out.name = suite.name;
    for (const std::size_t place : places) out.problems.push_back(suite.problems[place]);
    out.hash = hash_of(out.problems);
    return out;
}

// A share of a schedule at a step: 0 .. all-1.
double share_at(const ArmSettings& arm, std::int64_t step, std::int64_t all) {
    if (arm.share_end < 0 || all < 2) return arm.share;
    const double gone = static_cast<double>(step) / static_cast<double>(all - 1);
    return arm.share + (arm.share_end - arm.share) * gone;
}

struct Arm {
    std::string name;  // "trace", "op"
    const ArmSettings* settings;
    std::vector<Schedule> schedules;
};

class Trainer {
  public:
    Trainer(const TrainConfig& config, const TrainOptions& options) : config_(config), options_(options) {}

    Outcome<void> run();

  private:
    Outcome<void> prepare();
    Outcome<void> prepare_folder();
    Outcome<void> prepare_problems();
    Outcome<std::vector<Suite>> test_sets() const;
    Outcome<void> keep_apart();
    Outcome<void> prepare_examples();
    Outcome<void> prepare_arms();
    Outcome<void> resume();
    Outcome<void> steps();
    Outcome<MetricsRow> sft_row();
    Outcome<MetricsRow> rl_row();
    Outcome<ArmRollouts> roll_out(const Arm& arm, std::int64_t step, std::size_t prompts);
    void put_arm(MetricsRow& row, const std::string& name, const ArmRollouts& arm) const;
    void warn_of_nothing_learnt(const std::string& name, const ArmRollouts& arm) const;
    Outcome<void> evaluate(MetricsRow& row);
    Outcome<void> after_step(MetricsRow row);
    Outcome<void> save_checkpoint();
    void drop_old_checkpoints() const;
    Outcome<void> save_model();
    Error no_number(const MetricsRow& row) const;
    void keep_batch(const Pack& pack) const;
    bool due_for_evaluation() const;
    bool is_rl() const { return state_.step >= config_.sft.steps; }
    std::int64_t all_steps() const { return config_.sft.steps + config_.rl.steps; }
    std::string path(const std::string& name) const { return config_.run + "/" + name; }
    void tell(const std::string& line) const {
        if (options_.listener != nullptr) options_.listener->told(line);
    }
    void tell_doing(const std::string& what) const {
        if (options_.listener != nullptr) options_.listener->doing(what);
    }
    Outcome<std::vector<Rollout>> sample(const std::string& title, const RolloutRequest& request, LanguageModel& model);

    const TrainConfig& config_;
    const TrainOptions& options_;
    std::unique_ptr<Teacher> teacher_;
    std::optional<ExampleFile> examples_;
    TrainedModel model_;
    std::unique_ptr<Net> net_;
    asio::io_context loop_;
    std::unique_ptr<Sampler> sampler_;
    std::unique_ptr<RunJournal> journal_;
    std::optional<MetricsFile> metrics_;
    Suite problems_;
    Suite tests_;
    std::vector<NamedMethod> tested_;
    std::unique_ptr<ProblemDraw> draw_;
    std::vector<Arm> arms_;
    TrainState state_;
    std::optional<double> last_evaluation_;
};

Outcome<void> Trainer::prepare_folder() {
    if (config_.run.empty()) return usage("no folder for the run: give run=DIR");
    std::error_code failed;
    const bool used = std::filesystem::exists(path("metrics.jsonl"), failed) || !checkpoints_in(config_.run).empty();
    if (used && !options_.resume)
        return usage(fmt::format("{} holds a run already: go on with --resume, or name another folder with run=DIR",
                                 config_.run));
    std::filesystem::create_directories(config_.run, failed);
    if (failed) return Error{ErrorKind::file, fmt::format("{}: cannot be made: {}", config_.run, failed.message())};
    if (used) return {};
    std::ofstream file(path("config.toml"));
    file << to_toml(config_);
    file.close();
    if (!file) return Error{ErrorKind::file, path("config.toml") + ": cannot be written"};
    return {};
}

Outcome<std::vector<Suite>> Trainer::test_sets() const {
    std::vector<Suite> out;
    if (!tests_.problems.empty()) out.push_back(tests_);
    std::stringstream names(config_.data.against);
    for (std::string name; std::getline(names, name, ',');) {
        auto suite = load_suite(name);
        if (!suite) return suite.error();
        out.push_back(std::move(*suite));
    }
    return out;
}

// Problems that are in a test set too are never learnt from.
Outcome<void> Trainer::keep_apart() {
    // Problems that are made are apart from made tests by construction, and alike in all their words but numbers.
    if (config_.data.suite.empty() && config_.data.against.empty()) return {};
    const auto against = test_sets();
    if (!against) return against.error();
    const Contamination found = find_contamination(problems_, *against);
    for (auto place = found.places.rbegin(); place != found.places.rend(); ++place)
        problems_.problems.erase(problems_.problems.begin() + static_cast<std::ptrdiff_t>(*place));
    if (!found.places.empty()) {
        problems_.hash = hash_of(problems_.problems);
        tell(fmt::format("left out {} problems that are in a test set: {} the same, {} by 13 words in a row",
                         found.places.size(), found.exact, found.by_words));
    }
    return {};
}

Outcome<void> Trainer::prepare_problems() {
    auto tests = load_problems(config_.eval, "test");
    if (!tests) return tests.error();
    tests_ = std::move(*tests);
    for (const std::string& text : config_.eval.operators) {
        auto method = method_from(text, model_.prompts);
        if (!method) return method.error();
        tested_.push_back(std::move(*method));
    }
    if (config_.eval.every > 0 && tests_.problems.empty())
        return usage("eval.every: no problems: set eval.count or eval.suite");
    if (config_.rl.steps == 0) return {};
    auto problems = load_problems(config_.data, "train");
    if (!problems) return problems.error();
    problems_ = std::move(*problems);
    if (const auto apart = keep_apart(); !apart) return apart.error();
    if (problems_.problems.empty()) return usage("data: no problems to learn from: set data.count or data.suite");
    for (const SuiteProblem& one : problems_.problems)
        if (one.problem.verifier == nullptr || !one.problem.verifier->can_judge())
            return usage(fmt::format("data: problem {} has no answer to be judged by", one.problem.id));
    draw_ = std::make_unique<ProblemDraw>(problems_, static_cast<std::uint64_t>(config_.seed), config_.rl.retire_at);
    return {};
}

// Worked examples of a file, without those of test sets.
Outcome<void> Trainer::prepare_examples() {
    if (config_.sft.steps == 0 || config_.sft.examples.empty()) return {};
    const bool marks = model_.tokenizer->chat().marks() != nullptr;
    auto examples = ExampleFile::load(config_.sft.examples, {model_.prompts, marks});
    if (!examples) return examples.error();
    const auto against = test_sets();
    if (!against) return against.error();
    Suite asked;
    for (const std::string& question : examples->questions()) asked.problems.emplace_back().problem.text = question;
    const Contamination found = find_contamination(asked, *against);
    examples->remove(found.places);
    if (!found.places.empty())
        tell(
            fmt::format("left out {} of {} worked examples that are in a test set: {} the same, {} by 13 words in a "
                        "row",
                        found.places.size(), asked.problems.size(), found.exact, found.by_words));
    if (examples->size() == 0) return usage(config_.sft.examples + ": every example is in a test set");
    examples_ = std::move(*examples);
    return {};
}

Outcome<void> Trainer::prepare_arms() {
    if (config_.rl.steps == 0) return {};
    for (const auto& [name, settings] : {std::pair{"trace", &config_.rl.trace}, std::pair{"op", &config_.rl.op}}) {
        if (settings->share <= 0 && settings->share_end <= 0) continue;
        auto schedules = schedules_of((std::string("rl.") + name).c_str(), *settings);
        if (!schedules) return schedules.error();
        arms_.push_back({name, settings, std::move(*schedules)});
    }
    return {};
}

Outcome<void> Trainer::resume() {
    std::optional<Error> first;
    for (const std::string& file : checkpoints_in(config_.run)) {
        auto checkpoint = read_checkpoint(file, model_.file.shape);
        if (!checkpoint) {
            tell(checkpoint.error().message + "; trying the one before");
            if (!first) first = checkpoint.error();
            continue;
        }
        if (checkpoint->config_hash != hash_of(config_))
            return usage(
                fmt::format("{} was written under another configuration ({}/config.toml): only the number of "
                            "steps and of checkpoints may change",
                            file, config_.run));
        net_->set_weights(checkpoint->weights);
        net_->set_optimiser(checkpoint->optimiser);
        state_ = std::move(checkpoint->state);
        if (draw_) draw_->set_state(state_.draw);
        tell(fmt::format("resumed after step {} from {}", state_.step, file));
        return {};
    }
    if (first) return *first;
    tell("no checkpoint yet: the run begins anew");
    return {};
}

Outcome<void> Trainer::prepare() {
    if (const auto made = prepare_folder(); !made) return made.error();
    if (!config_.task.empty()) {
        auto teacher = make_teacher(config_.task);
        if (!teacher) return teacher.error();
        teacher_ = std::move(*teacher);
    }
    auto model = set_up_model(config_, teacher_.get());
    if (!model) return model.error();
    model_ = std::move(*model);
    if (const auto read = prepare_problems(); !read) return read.error();
    if (const auto read = prepare_examples(); !read) return read.error();
    if (const auto arms = prepare_arms(); !arms) return arms.error();
    std::unique_ptr<llama::LiveModel> live;
    if (config_.rl.sampler == "llama") {
        auto made = live_model(config_, model_);
        if (!made) return made.error();
        live = std::move(*made);
    }
    net_ = std::make_unique<Net>(model_.file.shape, model_.file.tensors,
                                 NetOptions{config_.device, static_cast<int>(config_.threads), config_.pack_tokens});
    model_.file.tensors.clear();
    sampler_ = std::make_unique<Sampler>(loop_, *net_, *model_.tokenizer, SamplerOptions{"trained", config_.rl.rows},
                                         std::move(live));
    if (options_.resume)
        if (const auto resumed = resume(); !resumed) return resumed.error();
    // Before the first step the evaluation of step 0 is made again, too.
    auto metrics = MetricsFile::open(path("metrics.jsonl"), state_.step == 0 ? -1 : state_.step);
    if (!metrics) return metrics.error();
    metrics_ = std::move(*metrics);
    if (!config_.journal) return {};
    auto journal = RunJournal::open(path("rollouts.db"), loop_);
    if (!journal) return journal.error();
    journal_ = std::move(*journal);
    return {};
}

Outcome<std::vector<Rollout>> Trainer::sample(const std::string& title, const RolloutRequest& request,
                                              LanguageModel& model) {
    if (journal_) return journal_->run(title, *sampler_, model, model_.prompts, request);
    return run_rollouts(loop_, *sampler_, model, model_.prompts, request, nullptr);
}

Outcome<MetricsRow> Trainer::sft_row() {
    const auto started = Steady::now();
    const double progress = static_cast<double>(state_.step) / static_cast<double>(config_.sft.steps);
    const ExampleSource& source = examples_ ? static_cast<const ExampleSource&>(*examples_) : *teacher_;
    const auto batch = draw_examples(source, *model_.tokenizer, static_cast<std::uint64_t>(config_.seed),
                                     static_cast<std::uint64_t>(state_.sft_examples), config_.sft.batch_tokens,
                                     progress, model_.file.shape.context);
    if (!batch) return batch.error();
    const AdamW settings = config_.sft.at(state_.step, config_.sft.steps);
    const SftStep step = sft_step(*net_, *batch, settings);
    if (!std::isfinite(step.grad_norm)) keep_batch(batch->pack);
    state_.sft_examples += batch->examples;
    MetricsRow row(state_.step + 1, "sft");
    row.put("loss", step.loss);
    for (const auto& [kind, loss] : step.loss_of) row.put("loss/" + kind, loss);
    row.put("tokens", static_cast<double>(step.tokens));
    row.put("examples", static_cast<double>(batch->examples));
    row.put("examples_too_long", static_cast<double>(batch->too_long));
    row.put("learnt_tokens", static_cast<double>(step.learnt));
    row.put("actor/grad_norm", step.grad_norm);
    row.put("actor/lr", settings.lr);
    const double seconds = seconds_since(started);
    row.put("time/step_s", seconds);
    row.put("time/tokens_per_s", static_cast<double>(step.tokens) / seconds);
    return row;
}

Outcome<ArmRollouts> Trainer::roll_out(const Arm& arm, std::int64_t step, std::size_t prompts) {
    tell_doing("sampling " + arm.name);
    const std::vector<std::size_t> places = draw_->take(prompts);
    const Suite suite = part_of(problems_, places);
    RolloutRequest request;
    request.suite = &suite;
    const std::uint64_t seed = hash64(fmt::format("rollouts {} {} {}", config_.seed, step, arm.name));
    request.schedule = arm.schedules[seed % arm.schedules.size()];
    request.settings.seed = seed;
    request.settings.sampling.temperature = config_.rl.temperature;
    request.samples = static_cast<int>(config_.rl.generations);
    DraftsModel drafts(loop_, *sampler_, *draft_source_from(arm.settings->drafts), state_.pool, seed);
    auto rollouts = sample(fmt::format("step {}, {}", state_.step + 1, arm.name), request, drafts);
    if (!rollouts) return rollouts.error();
    drafts.add_to(state_.pool);
    ArmRollouts out =
        judge_rollouts(std::move(*rollouts), gradient_of(*arm.settings), config_.reward, config_.rl.objective.scale);
    std::vector<PassRate> rates(places.size());
    for (std::size_t i = 0; i < out.rollouts.size(); ++i) {
        if (!out.rewards[i]) continue;
        PassRate& rate = rates[out.rollouts[i].key.problem];
        ++rate.tried;
        rate.solved += out.rewards[i]->right;
    }
    for (std::size_t i = 0; i < places.size(); ++i) draw_->tried(places[i], rates[i].tried, rates[i].solved);
    return out;
}

void Trainer::put_arm(MetricsRow& row, const std::string& name, const ArmRollouts& arm) const {
    double reward = 0;
    double right = 0;
    double rounds_mean = 0;
    double rounds_sum = 0;
    double judged = 0;
    double failed = 0;
    double b_seq = 0;
    double length = 0;
    double cut = 0;
    double calls = 0;
    for (std::size_t i = 0; i < arm.rollouts.size(); ++i) {
        failed += arm.rollouts[i].result.error.has_value();
        b_seq += static_cast<double>(arm.rollouts[i].result.budget.b_seq);
        if (arm.rewards[i]) {
            ++judged;
            reward += arm.rewards[i]->value;
            right += arm.rewards[i]->right;
            rounds_mean += arm.rewards[i]->rounds;
            rounds_sum += arm.rewards[i]->rounds_sum;
        }
        for (const auto& [place, call] : arm.rollouts[i].calls) {
            ++calls;
            length += static_cast<double>(call.ids.size());
            cut += call.thinking_cut || call.finish == Finish::length;
        }
    }
    const auto rollouts = static_cast<double>(arm.rollouts.size());
    const auto mean = [](double sum, double count) { return count > 0 ? sum / count : 0.0; };
    row.put(name + "/reward/mean", mean(reward, judged));
    row.put(name + "/accuracy", mean(right, judged));
    if (name == "op") {
        row.put(name + "/reward/rounds_mean", mean(rounds_mean, judged));
        row.put(name + "/reward/rounds_sum", mean(rounds_sum, judged));
    }
    row.put(name + "/response_length/mean", mean(length, calls));
    row.put(name + "/response_length/clip_ratio", mean(cut, calls));
    row.put(name + "/b_seq", mean(b_seq, rollouts));
    row.put(name + "/frac_reward_zero_std", mean(static_cast<double>(arm.dropped), static_cast<double>(arm.prompts)));
    row.put(name + "/prompts", static_cast<double>(arm.prompts));
    row.put(name + "/unknown", rollouts - judged - failed);
    row.put(name + "/failed", failed);
}

// What would otherwise be steps that do nothing.
void Trainer::warn_of_nothing_learnt(const std::string& name, const ArmRollouts& arm) const {
    const std::string warning = fmt::format("step {}, {}: warning: ", state_.step + 1, name);
    if (arm.rollouts.empty())
        return tell(warning + fmt::format("all {} problems are retired (rl.retire_at)", draw_->retired()));
    const auto failed = [](const Rollout& one) { return one.result.error.has_value(); };
    if (std::all_of(arm.rollouts.begin(), arm.rollouts.end(), failed))
        tell(warning + "every rollout failed: " + arm.rollouts.front().result.error->message);
}

Outcome<MetricsRow> Trainer::rl_row() {
    const std::int64_t step = state_.step - config_.sft.steps;
    MetricsRow row(state_.step + 1, "rl");
    std::vector<double> shares;
    double sum = 0;
    for (const Arm& arm : arms_) {
        shares.push_back(share_at(*arm.settings, step, config_.rl.steps));
        sum += shares.back();
    }
    for (double& share : shares) share /= sum;
    const auto started = Steady::now();
    const std::int64_t written_before = sampler_->tokens_written();
    std::vector<ArmRollouts> arms;
    for (std::size_t i = 0; i < arms_.size(); ++i) {
        const auto prompts = static_cast<std::size_t>(std::lround(shares[i] * static_cast<double>(config_.rl.prompts)));
        if (prompts == 0) {
            arms.emplace_back();
            continue;
        }
        auto arm = roll_out(arms_[i], step, prompts);
        if (!arm) return arm.error();
        put_arm(row, arms_[i].name, *arm);
        warn_of_nothing_learnt(arms_[i].name, *arm);
        arms.push_back(std::move(*arm));
    }
    const double sampling = seconds_since(started);
    tell_doing("learning");
    const auto learning = Steady::now();
    const AdamW settings = config_.rl.at(step, config_.rl.steps);
    const std::vector<MiniBatch> batches = make_batches(arms, static_cast<std::size_t>(config_.rl.updates),
                                                        hash64(fmt::format("batches {} {}", config_.seed, step)));
    const RlUpdates updates = learn(*net_, batches, shares, config_.rl.objective, config_.rl.temperature, settings);
    if (!std::isfinite(updates.grad_norm)) keep_batch(batches[static_cast<std::size_t>(updates.updates) - 1].pack);
    row.put("actor/pg_loss", updates.loss);
    row.put("actor/sft_loss", updates.sft_loss);
    row.put("actor/entropy", updates.entropy);
    row.put("actor/grad_norm", updates.grad_norm);
    row.put("actor/lr", settings.lr);
    row.put("actor/updates", updates.updates);
    const std::string ratio(train::name(config_.rl.objective.surrogate));
    row.put(ratio + "/ratio_mean", updates.ratios.mean());
    row.put(ratio + "/ratio_max", updates.ratios.largest);
    row.put(ratio + "/clamped", updates.ratios.tokens == 0 ? 0
                                                           : static_cast<double>(updates.ratios.clamped) /
                                                                 static_cast<double>(updates.ratios.tokens));
    row.put("rollout_train_logprob_diff", updates.logprob_diff);
    row.put("rollout_train_logprob_diff_max", updates.logprob_diff_max);
    row.put("data/epoch", static_cast<double>(draw_->state().epoch));
    row.put("data/retired", static_cast<double>(draw_->retired()));
    row.put("time/rollout_s", sampling);
    row.put("time/learn_s", seconds_since(learning));
    row.put("time/rollout_tokens_per_s",
            static_cast<double>(sampler_->tokens_written() - written_before) / std::max(sampling, 1e-9));
    row.put("time/learn_tokens_per_s", static_cast<double>(updates.tokens) / std::max(seconds_since(learning), 1e-9));
    if (updates.logprob_diff > config_.rl.diff_warning)
        tell(fmt::format("step {}: warning: sampler and trainer differ by {:.3g} in log-probability on average",
                         row.step(), updates.logprob_diff));
    return row;
}

Outcome<void> Trainer::evaluate(MetricsRow& row) {
    const auto started = Steady::now();
    double sum = 0;
    for (const NamedMethod& method : tested_) {
        tell_doing("evaluating " + method.name);
        RolloutRequest request;
        request.suite = &tests_;
        request.schedule = method.schedule;
        request.settings.seed = hash64(fmt::format("evaluation {}", config_.seed));
        request.settings.sampling.temperature = config_.eval.temperature;
        request.samples = static_cast<int>(config_.eval.samples);
        const auto rollouts =
            sample(fmt::format("evaluation after step {}, {}", state_.step, method.name), request, *sampler_);
        if (!rollouts) return rollouts.error();
        std::vector<SampleFacts> facts;
        for (const Rollout& one : *rollouts) {
            const Problem& problem = tests_.problems[one.key.problem].problem;
            const std::string json = result_json(
                {"", problem.id, problem.text, method.schedule.name, "trained", request.settings.seed, 0}, one.result);
            facts.push_back(facts_of(sample_record(problem.id, one.key.sample, json).value(), problem.verifier.get()));
        }
        const EvalSummary summary = summarise(tests_, facts);
        const std::string prefix = "eval/" + method.name;
        const double accuracy = summary.mean ? summary.mean->value : 0;
        row.put(prefix + "/accuracy", accuracy);
        row.put(prefix + "/b_seq", summary.b_seq);
        row.put(prefix + "/b_total", summary.b_total);
        for (const auto& [k, value] : summary.pass_at_k)
            if (k > 1) row.put(fmt::format("{}/pass@{}", prefix, k), value);
        for (const auto& [k, value] : summary.maj_at_k)
            if (k > 1) row.put(fmt::format("{}/maj@{}", prefix, k), value);
        sum += accuracy;
    }
    last_evaluation_ = sum / static_cast<double>(std::max<std::size_t>(tested_.size(), 1));
    row.put("time/eval_s", seconds_since(started));
    return {};
}

Outcome<void> Trainer::save_checkpoint() {
    if (draw_) state_.draw = draw_->state();
    const auto written = write_checkpoint(path(checkpoint_name(state_.step)),
                                          {state_, hash_of(config_), net_->weights(), net_->optimiser()});
    if (!written) return written.error();
    drop_old_checkpoints();
    return {};
}

void Trainer::drop_old_checkpoints() const {
    const std::string best = path(checkpoint_name(state_.best_step));
    std::int64_t kept = 0;
    for (const std::string& file : checkpoints_in(config_.run)) {
        std::error_code ignored;
        if (++kept > config_.checkpoint_keep && file != best) std::filesystem::remove(file, ignored);
    }
}

bool Trainer::due_for_evaluation() const {
    if (config_.eval.every == 0) return false;
    return state_.step % config_.eval.every == 0 || state_.step == all_steps() || state_.step == config_.sft.steps;
}

// The row of a step is whole before it is written, its evaluation with it.
Outcome<void> Trainer::after_step(MetricsRow row) {
    if (due_for_evaluation()) {
        if (const auto evaluated = evaluate(row); !evaluated) return evaluated.error();
        if (!state_.best || *last_evaluation_ > *state_.best) {
            state_.best = last_evaluation_;
            state_.best_step = state_.step;
        }
    }
    if (const auto written = metrics_->append(row); !written) return written.error();
    if (options_.listener != nullptr) options_.listener->stepped(row);
    const bool stopped = options_.stop != nullptr && *options_.stop;
    const bool last = state_.step == all_steps() || state_.step == config_.sft.steps;
    const bool best = state_.best_step == state_.step && due_for_evaluation();
    if (state_.step % config_.checkpoint_every == 0 || last || best || stopped)
        if (const auto saved = save_checkpoint(); !saved) return saved.error();
    if (stopped && state_.step < all_steps())
        return Error{ErrorKind::interrupted,
                     fmt::format("stopped after step {}; a checkpoint is written: go on with --resume", state_.step)};
    return {};
}

// What the net choked on, for whoever looks into it.
void Trainer::keep_batch(const Pack& pack) const {
    nlohmann::json sequences = nlohmann::json::array();
    std::size_t at = 0;
    for (const std::int32_t length : pack.lengths) {
        std::vector<std::int32_t> tokens;
        std::vector<std::int32_t> learnt;
        for (std::int32_t i = 0; i < length; ++i, ++at) {
            tokens.push_back(pack.tokens[at]);
            if (pack.wanted[at] != 0) learnt.push_back(i);
        }
        sequences.push_back({{"tokens", tokens}, {"learnt", learnt}});
    }
    std::ofstream(path("failed-batch.json")) << nlohmann::json{{"step", state_.step + 1}, {"sequences", sequences}};
}

// A checkpoint from which no gradient could be computed is not good: the fault is in its weights.
Error Trainer::no_number(const MetricsRow& row) const {
    std::vector<std::string> good = checkpoints_in(config_.run);
    const bool first_update = row.get("actor/updates") <= 1;
    if (first_update) std::erase(good, path(checkpoint_name(state_.step)));
    return {ErrorKind::model,
            fmt::format("step {}: the gradient is no number: the run has stopped; {}; the batch is in {}: try a lower "
                        "learning rate, or a lower clip_norm",
                        row.step(),
                        good.empty() ? "there is no good checkpoint" : "the last good checkpoint is " + good.front(),
                        path("failed-batch.json"))};
}

Outcome<void> Trainer::steps() {
    if (state_.step == 0 && config_.eval.every > 0) {
        MetricsRow row(0, config_.sft.steps > 0 ? "sft" : "rl");
        if (const auto evaluated = evaluate(row); !evaluated) return evaluated.error();
        if (const auto written = metrics_->append(row); !written) return written.error();
        if (options_.listener != nullptr) options_.listener->stepped(row);
    }
    while (state_.step < all_steps()) {
        auto row = is_rl() ? rl_row() : sft_row();
        if (!row) return row.error();
        if (!std::isfinite(row->get("actor/grad_norm"))) return no_number(*row);
        sampler_->weights_changed();
        ++state_.step;
        if (const auto kept = after_step(std::move(*row)); !kept) return kept.error();
    }
    return {};
}

Outcome<void> Trainer::save_model() {
    model_.file.tensors = net_->weights();
    TrainConfig shown = config_;  // the file goes places: where it was made is nobody's business
    shown.run.clear();
    RunMetadata about{config_.task, model_.prompts, {}};  // without a task the model keeps its name
    about.about = {{"retort.train.steps", std::to_string(state_.step)},
                   {"retort.train.seed", std::to_string(config_.seed)},
                   {"retort.train.config", to_toml(shown, false)}};
    return write_model(path("model.gguf"), model_.file, *weight_type_from(config_.save), about);
}

Outcome<void> Trainer::run() {
    if (const auto prepared = prepare(); !prepared) return prepared.error();
    tell(fmt::format("{} parameters, {}, {} threads, run folder {}", net_->parameters(), net_library(), net_threads(),
                     config_.run));
    Outcome<void> stepped = steps();
    if (journal_)
        if (const auto closed = journal_->close(); !closed && stepped) stepped = closed.error();
    if (!stepped) return stepped.error();
    if (const auto saved = save_model(); !saved) return saved.error();
    tell(fmt::format("{} is written", path("model.gguf")));
    return {};
}

}  // namespace

Outcome<void> train(const TrainConfig& config, const TrainOptions& options) {
    return Trainer(config, options).run();
}

}  // namespace retort::train
