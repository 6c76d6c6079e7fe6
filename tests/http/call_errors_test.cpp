#include "model/http/call_errors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace retort {
namespace {

using testing::HasSubstr;
using testing::Not;

CallContext context() {
    CallContext out;
    out.base_url = "http://h:1/v1";
    out.model = "big";
    out.key_variable = "OPENAI_API_KEY";
    out.models = {"small", "tiny"};
    return out;
}

CallError status(int code, const std::string& body, const std::string& retry_after = {}) {
    HttpHead head;
    head.status = code;
    head.retry_after = retry_after;
    return status_error(head, body, context());
}

TEST(CallErrors, WhatMayPassIsRetryable) {
    for (const int code : {408, 409, 429, 500, 502, 503, 504, 529}) EXPECT_TRUE(status(code, "").retryable) << code;
    for (const int code : {400, 401, 403, 404, 405, 413, 422}) EXPECT_FALSE(status(code, "").retryable) << code;
}

TEST(CallErrors, RetryAfterIsSecondsOrADate) {
    EXPECT_DOUBLE_EQ(status(429, "", "7").retry_after_s, 7);
    EXPECT_DOUBLE_EQ(retry_after_seconds("0.25"), 0.25);
    EXPECT_DOUBLE_EQ(retry_after_seconds("soon"), 0);
    EXPECT_DOUBLE_EQ(retry_after_seconds("-5"), 0);
    EXPECT_DOUBLE_EQ(retry_after_seconds("1e30"), 24 * 3600);
    EXPECT_DOUBLE_EQ(retry_after_seconds("nan"), 0);
    EXPECT_DOUBLE_EQ(retry_after_seconds("Wed, 21 Oct 2015 07:28:00 GMT"), 0);
    EXPECT_GT(retry_after_seconds("Wed, 21 Oct 2093 07:28:00 GMT"), 1000);
}

TEST(CallErrors, AMissingModelNamesThoseThereAre) {
    const CallError error =
        status(404, R"({"error":{"message":"The model `big` does not exist","code":"model_not_found"}})");
    EXPECT_EQ(error.kind, CallErrorKind::no_such_model);
    EXPECT_THAT(error.message, HasSubstr("no model 'big'; it has: small, tiny"));
}

TEST(CallErrors, AWrongPathSaysWhatWasExpected) {
    const CallError error = status(404, "<html>nginx</html>");
    EXPECT_EQ(error.kind, CallErrorKind::refused);
    EXPECT_THAT(error.message, HasSubstr("does it need /v1 at its end?"));
}

TEST(CallErrors, AContextThatIsTooSmallIsToldWithTheSizes) {
    const CallError error = status(
        400, R"({"error":{"message":"m","type":"exceed_context_size_error","n_prompt_tokens":9000,"n_ctx":8192}})");
    EXPECT_EQ(error.kind, CallErrorKind::context);
    EXPECT_THAT(error.message, HasSubstr("the prompt has 9000 tokens, the context 8192"));
    const CallError openai = status(
        400,
        R"({"error":{"message":"This model's maximum context length is 4096 tokens","code":"context_length_exceeded"}})");
    EXPECT_EQ(openai.kind, CallErrorKind::context);
    EXPECT_THAT(openai.message, HasSubstr("4096"));
}

TEST(CallErrors, AMissingKeyNamesItsVariable) {
    const CallError error = status(401, R"({"error":{"message":"no key"}})");
    EXPECT_EQ(error.kind, CallErrorKind::unauthorised);
    EXPECT_THAT(error.message, HasSubstr("OPENAI_API_KEY is not set"));
}

TEST(CallErrors, WhatTheServerSaysIsOneCleanLine) {
    const CallError error = status(500, "{\"error\":{\"message\":\"a\\u001b[31m\\nb" + std::string(5000, 'x') + "\"}}");
    EXPECT_EQ(error.message.find_first_of("\x1b\n"), std::string::npos);
    EXPECT_LT(error.message.size(), 500u);
}

TEST(CallErrors, AServerThatWasNeverReachedIsAWrongAddress) {
    for (const HttpFailure kind : {HttpFailure::refused, HttpFailure::resolve, HttpFailure::handshake}) {
        HttpResult result;
        result.failure = kind;
        CallContext known = context();
        EXPECT_FALSE(network_error(result, known).retryable);
        known.reached = true;
        EXPECT_TRUE(network_error(result, known).retryable);
    }
}

TEST(CallErrors, ACertificateThatNobodyVouchesForIsNotTriedAgain) {
    HttpResult result;
    result.failure = HttpFailure::tls;
    CallContext known = context();
    known.reached = true;
    EXPECT_FALSE(network_error(result, known).retryable);
    EXPECT_THAT(network_error(result, known).message, HasSubstr("SSL_CERT_FILE"));
}

TEST(CallErrors, ErrorsInAStreamWithoutANumberAreTheServersOwn) {
    ServerError error;
    error.message = "out of memory";
    EXPECT_TRUE(server_error(error, 200, context()).retryable);
    error.type = "invalid_request_error";
    EXPECT_FALSE(server_error(error, 200, context()).retryable);
}

}  // namespace
}  // namespace retort
