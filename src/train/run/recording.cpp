#include "train/run/recording.h"

#include <fmt/format.h>

#include <filesystem>

#include "cli/version.h"
#include "record/journal_reader.h"

namespace retort::train {
namespace {

Outcome<std::size_t> runs_in(const std::string& path) {
    std::error_code failed;
    if (!std::filesystem::exists(path, failed) || JournalReader::is_blank(path)) return std::size_t{0};
    const auto reader = JournalReader::open(path);
    if (!reader) return reader.error();
    const auto runs = (*reader)->runs();
    if (!runs) return runs.error();
    return runs->size();
}

}  // namespace

Outcome<std::unique_ptr<RunJournal>> RunJournal::open(const std::string& path, asio::io_context& loop) {
    const auto session = runs_in(path);
    if (!session) return session.error();
    JournalOptions options;
    options.mode = JournalOptions::Mode::extend;
    options.program = cli::program_name();
    auto journal = Journal::open(path, std::move(options));
    if (!journal) return journal.error();
    return std::unique_ptr<RunJournal>(new RunJournal(std::move(*journal), loop, *session));
}

Outcome<std::vector<Rollout>> RunJournal::run(const std::string& title, Sampler& sampler, LanguageModel& model,
                                              const PromptSet& prompts, const RolloutRequest& request) {
    cli::EvalConfig config;
    config.method.schedule = request.schedule;
    config.method.model = config.method.distill_model = config.method.judge_model = config.method.final_model =
        sampler.info().name;
    config.method.prompts = prompts.hash(asks_judge(request.schedule));
    config.method.settings = request.settings;
    config.method.settings.sampling.logprobs = true;  // as rollouts always ask, so that a replay asks the same
    // A step that is made again after an interruption is a run of its own: nothing is recalled, so that its batches
    // are those of an unbroken run.
    config.suite = session_ == 0 ? title : fmt::format("{} (after {} runs)", title, session_);
    config.suite_hash = request.suite->hash;
    config.problems = request.suite->problems.size();
    config.samples = request.samples;
    const Outcome<RunKey> run = run_to_end(
        loop_, journal_->begin_run({cli::run_id(config), "eval", cli::config_json(config), cli::program_name(), 0}));
    if (!run) return run.error();
    for (const SuiteProblem& one : request.suite->problems)
        journal_->event({0, *run, one.problem.id, -1, "problem", one.line, 0});
    RecordingModel recording(model, *journal_, *run, sampler.info().name);
    cli::EvalRecorder recorder(config, *request.suite, *journal_, *run, {}, nullptr);
    std::vector<Rollout> out = run_rollouts(loop_, sampler, recording, prompts, request, &recorder);
    if (const auto failed = journal_->failure()) return *failed;
    return out;
}

Outcome<void> RunJournal::close() {
    const auto closed = journal_->close();
    if (const auto failed = journal_->failure()) return *failed;
    return closed;
}

}  // namespace retort::train
