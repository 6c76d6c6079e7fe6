#include "cli/request_log.h"

#include <gtest/gtest.h>

namespace retort::cli {
namespace {

TEST(RequestLog, ARunSaysWhatItCost) {
    gateway::ServedRequest request;
    request.method = "POST";
    request.path = "/v1/chat/completions";
    request.status = 200;
    request.seconds = 0.5204;
    request.handling = gateway::Handling::run;
    request.key = "ann";
    request.model = "qwen3";
    gateway::RunRecord run;
    run.operator_name = "pdr:4";
    run.id = "abc";
    run.budget.b_seq = 349;
    run.budget.b_total = 612;
    run.budget.calls = 5;
    request.run = std::make_shared<const gateway::RunRecord>(run);
    EXPECT_EQ(log_line(request),
              "method=POST path=/v1/chat/completions status=200 seconds=0.520 handling=run key=ann model=qwen3 "
              "operator=pdr:4 "
              "id=abc b_seq=349 b_total=612 calls=5 failed_calls=0");
}

TEST(RequestLog, WhatClientsWriteStaysOneValueOnOneLine) {
    gateway::ServedRequest request;
    request.method = "GET";
    request.path = "/v1/x\nstatus=200";
    request.status = 404;
    request.model = "a \"b\" c";
    EXPECT_EQ(log_line(request),
              "method=GET path=\"/v1/x?status=200\" status=404 seconds=0.000 handling=own model=\"a \\\"b\\\" c\"");
}

}  // namespace
}  // namespace retort::cli
