// Requests as lines on stderr, for people and for what collects logs: key=value, one line each.
#pragma once

#include <memory>
#include <string>

#include "gateway/gateway.h"

namespace retort::cli {

// "status=200 seconds=0.52 ... operator=pdr:4": what stands after the time. Values with blanks are quoted.
std::string log_line(const gateway::ServedRequest& request);

// Lines are written by a thread of their own: a reader that is slow slows no answer. Where it is too slow by far, the
// oldest lines are lost, and how many is said at the end.
class RequestLog {
  public:
    // `all`: also what is handed on, and what the gateway answers itself; else runs, and whatever failed.
    explicit RequestLog(bool all);
    ~RequestLog();

    void add(const gateway::ServedRequest& request);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace retort::cli
