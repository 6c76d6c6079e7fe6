#include "gateway/answers.h"

#include <fmt/format.h>

#include <cmath>

namespace retort::gateway {

Task<bool> answer_json(Exchange& exchange, std::string body, int status) {
    ReplyHead head{status, {{"Content-Type", "application/json"}}};
    const bool written = co_await exchange.send(std::move(head), std::move(body));
    co_return written;
}

Task<bool> answer_text(Exchange& exchange, std::string body, std::string type) {
    ReplyHead head{200, {{"Content-Type", std::move(type)}}};
    const bool written = co_await exchange.send(std::move(head), std::move(body));
    co_return written;
}

Task<bool> answer_error(Exchange& exchange, ApiError error) {
    ReplyHead head{error.status, {{"Content-Type", "application/json"}}};
    if (error.retry_after_s > 0)
        head.headers.push_back({"Retry-After", fmt::format("{}", std::llround(std::ceil(error.retry_after_s)))});
    if (error.is_final) head.headers.push_back({"x-should-retry", "false"});
    const bool written = co_await exchange.send(std::move(head), error_body(error));
    co_return written;
}

}  // namespace retort::gateway
