#include "cli/request_log.h"

#include <fmt/format.h>
#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/sinks/stdout_sinks.h>

#include "cli/output.h"

namespace retort::cli {
namespace {

constexpr std::size_t kMostWaiting = 8192;
constexpr int kFailed = 500;

// As it is, or in quotes where a reader of lines could take it for more than one value. Nothing of it ends the line.
std::string in_one_word(std::string_view value) {
    const bool plain = value.find_first_of(" \"=\\") == std::string_view::npos;
    std::string out;
    for (const char c : value) {
        if (c == '"' || c == '\\') out += '\\';
        out += static_cast<unsigned char>(c) < ' ' || c == '\x7f' ? '?' : c;
    }
    return plain ? out : "\"" + out + "\"";
}

}  // namespace

std::string log_line(const gateway::ServedRequest& request) {
    std::string out =
        fmt::format("method={} path={} status={} seconds={:.3f} handling={}", in_one_word(request.method),
                    in_one_word(request.path), request.status, request.seconds, gateway::name(request.handling));
    const auto add = [&out](const char* name, const std::string& value) {
        if (!value.empty()) out += fmt::format(" {}={}", name, in_one_word(value));
    };
    add("key", request.key);
    add("request_id", request.request_id);
    add("model", request.model);
    if (request.run == nullptr) return out;
    add("operator", request.run->operator_name);
    add("id", request.run->id);
    add("error", request.run->error);
    const BudgetTotals& budget = request.run->budget;
    return out + fmt::format(" b_seq={} b_total={} calls={} failed_calls={}", budget.b_seq, budget.b_total,
                             budget.calls, budget.failed_calls);
}

struct RequestLog::State {
    std::shared_ptr<spdlog::details::thread_pool> pool =
        std::make_shared<spdlog::details::thread_pool>(kMostWaiting, 1);
    std::shared_ptr<spdlog::async_logger> logger =
        std::make_shared<spdlog::async_logger>("requests", std::make_shared<spdlog::sinks::stderr_sink_mt>(), pool,
                                               spdlog::async_overflow_policy::overrun_oldest);
    bool all = false;
};

RequestLog::RequestLog(bool all) : state_(std::make_unique<State>()) {
    state_->all = all;
    state_->logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %v");
    state_->logger->flush_on(spdlog::level::info);
}

RequestLog::~RequestLog() {
    const std::size_t lost = state_->pool->overrun_counter();
    state_.reset();
    if (lost > 0) say(fmt::format("retort: {} lines of the log were lost: their reader was too slow", lost));
}

void RequestLog::add(const gateway::ServedRequest& request) {
    const bool failed = request.status >= kFailed;
    if (!state_->all && !failed && request.handling != gateway::Handling::run) return;
    state_->logger->info(log_line(request));
}

}  // namespace retort::cli
