// Listens to an evaluation: puts each sample's result into the journal and what statistics need of it into memory, and
// shows progress.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "cli/display/eval_display.h"
#include "cli/eval_config.h"
#include "eval/runner.h"
#include "eval/summary.h"
#include "record/journal.h"

namespace retort::cli {

class EvalRecorder : public EvalListener {
  public:
    // None of these is owned; `display` may be null. When the journal fails `stop` is requested.
    EvalRecorder(const EvalConfig& config, const Suite& suite, Journal& journal, RunKey run, std::stop_source stop,
                 EvalDisplay* display);

    // Results that the journal had before this process.
    void take(std::vector<SampleFacts> facts);

    void started(SampleKey key) override;
    void landed(SampleKey key, const RunResult& result, double wall_s) override;

    // One a sample, in no order.
    const std::vector<SampleFacts>& facts() const { return facts_; }

    // Of the samples that failed in this process, the first one's; none when none did.
    const std::optional<Error>& first_error() const { return first_error_; }

  private:
    void show();

    const EvalConfig& config_;
    const std::string run_id_;
    const Suite& suite_;
    Journal& journal_;
    const RunKey run_;
    std::stop_source stop_;
    EvalDisplay* display_;
    std::vector<SampleFacts> facts_;
    EvalProgress progress_;
    std::optional<Error> first_error_;
};

}  // namespace retort::cli
