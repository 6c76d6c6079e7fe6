// A run as plain lines, one an event: for pipes, logs and terminals that cannot be written over.
#pragma once

#include <functional>
#include <string>

#include "operator/engine.h"

namespace retort::cli {

class PlainObserver : public RunObserver {
  public:
    // Takes one line without its end.
    using Write = std::function<void(const std::string&)>;

    explicit PlainObserver(Write write) : write_(std::move(write)) {}

    void round_started(int round, const Round& spec) override;
    void draft_landed(int round, std::size_t index, const Draft& draft) override;
    void call_landed(const Place& place, const Completion& completion) override;
    void workspace_made(int round, const Workspace& workspace) override;
    void finish_started(const FinishStep& finish) override;
    void warned(const std::string& warning) override;

  private:
    Write write_;
};

}  // namespace retort::cli
