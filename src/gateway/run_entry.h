// A run on the board, from its begin to its end, however it ends.
#pragma once

#include <memory>
#include <string>

#include "gateway/chat_run.h"
#include "gateway/watch/board.h"

namespace retort::gateway {

class RunEntry {
  public:
    // `model`, `key`: names. The board outlives this.
    RunEntry(Board& board, const ChatTask& task, const std::string& model, const std::string& key);
    ~RunEntry();  // one that was not finished has failed
    RunEntry(const RunEntry&) = delete;
    RunEntry& operator=(const RunEntry&) = delete;

    void finish(const ChatOutcome& outcome);

    const std::shared_ptr<RunRecord>& record() const { return record_; }

  private:
    Board& board_;
    std::shared_ptr<RunRecord> record_;
};

}  // namespace retort::gateway
