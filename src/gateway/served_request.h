// A request that was answered, or given up: for a log, and for the journal.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "gateway/metrics.h"
#include "gateway/watch/run_record.h"

namespace retort::gateway {

struct ServedRequest {
    std::string method;
    std::string path;
    std::int64_t begun_ms = 0;  // since 1970
    double seconds = 0;
    int status = 0;  // 0: the client went before any
    Handling handling = Handling::own;
    std::string key;         // the name of the client's; empty: there are no keys, or it had none
    std::string request_id;  // the client's X-Request-Id, or else the gateway's: the model servers were told the same
    std::string model;       // that it was about, as far as it was read
    std::shared_ptr<const RunRecord> run = nullptr;  // of runs alone; no longer changes

    bool is_stranger = false;  // it had no key, and there are some

    std::int64_t passed_tokens = 0;  // of what was handed on, where its key has a limit of them

    std::int64_t tokens() const { return run ? run->budget.b_total : 0; }  // of operators
};

}  // namespace retort::gateway
