// An answer of a training server: read or refused with a reason, and what is read is JSON to another parser too;
// numbers within their bounds, messages of one short line, and never a second submission of what would count twice.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "train/tinker/answer.h"
#include "train/tinker/completions.h"
#include "train/tinker/data.h"
#include "train/tinker/reply.h"

namespace {

using retort::train::tinker::Answer;
using retort::train::tinker::Datum;
using retort::train::tinker::fault_of_logprobs;
using retort::train::tinker::Next;
using retort::train::tinker::read_completion;
using retort::train::tinker::read_proto_reply;
using retort::train::tinker::read_reply;
using retort::train::tinker::Repeat;
using retort::train::tinker::Reply;
using retort::train::tinker::ReplyForm;
using retort::train::tinker::SampledSequence;

constexpr std::int64_t kVocabulary = 320;
constexpr std::int64_t kMostTokens = 8;
constexpr std::size_t kLongestMessage = 3000;  // a quoted body, content type and detail

void check(bool fine) {
    if (!fine) std::abort();
}

void check_numbers(const Reply& reply) {
    for (const SampledSequence& sequence : reply.sequences) {
        if (fault_of_sequence(sequence, kVocabulary, kMostTokens)) continue;
        check(sequence.tokens.size() == sequence.logprobs.size() && sequence.tokens.size() <= kMostTokens);
        for (const auto token : sequence.tokens) check(token >= 0 && token < kVocabulary);
    }
    for (const std::vector<float>& logprobs : reply.logprobs) {
        if (fault_of_logprobs(logprobs, logprobs.size())) continue;
        for (const float logprob : logprobs) check(std::isfinite(logprob) && logprob < 0.01F);
    }
}

void check_scores(const Reply& reply) {
    Datum datum;
    datum.tokens = {1, 2};
    datum.targets = {2, 3};
    datum.mask = {0, 1};
    std::vector<float> scores;
    if (!take_scores({datum}, reply, scores)) check(scores.size() == 1);
}

void check_answer(const Answer& answer, Repeat repeat, bool submission, const retort::HttpResult& http) {
    check(answer.failure.message.size() <= kLongestMessage && answer.wait_s >= 0);
    check(answer.failure.message.find_first_of("\r\n\x1b") == std::string::npos);
    const int status = http.head.status;
    const bool refused_for_now = status == 402 || status == 425 || status == 429;
    if (submission && repeat == Repeat::counts && answer.next == Next::ask_later) check(refused_for_now);
    if (answer.next == Next::take) check(status >= 200 && status < 300);
    if (answer.next == Next::fail) check(!answer.failure.message.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 3) return 0;
    constexpr int kStatuses[] = {200, 400, 401, 402, 404, 408, 409, 410, 422, 425, 429, 500, 503, 302, 204, 0};
    const std::string_view body(reinterpret_cast<const char*>(data) + 3, size - 3);
    std::string why;
    const auto reply = read_reply(body, why);
    check(reply.has_value() || !why.empty());
    if (reply) check(nlohmann::json::accept(body));
    if (reply) check_numbers(*reply), check_scores(*reply);
    for (const ReplyForm form : {ReplyForm::proto_pass, ReplyForm::proto_sample}) {
        const auto message = read_proto_reply(body, form, why);
        check(message.has_value() || !why.empty());
        if (message) check_numbers(*message), check_scores(*message);
    }
    const auto completion = read_completion(body, why);
    check(completion.has_value() ? !completion->tokens.empty() : !why.empty());
    retort::HttpResult http;
    http.head.status = kStatuses[data[0] % 16];
    http.head.content_type = std::string(body.substr(0, data[1] % 40U));
    http.head.retry_after = std::string(body.substr(0, data[2] % 40U));
    for (const Repeat repeat : {Repeat::harmless, Repeat::counts}) {
        check_answer(answer_to_submission(http, body, repeat, "forward 7"), repeat, true, http);
        check_answer(answer_to_poll(http, body, repeat, "forward 7"), repeat, false, http);
    }
    return 0;
}
