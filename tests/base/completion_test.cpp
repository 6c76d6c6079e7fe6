#include "base/completion.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace retort::test {
namespace {

TEST(Completion, IsOkOnlyWhenTheModelEndedIt) {
    Completion completion;
    for (const auto& [finish, ok] :
         {std::pair{Finish::stop, true}, {Finish::length, true}, {Finish::cancelled, false}, {Finish::error, false}}) {
        completion.finish = finish;
        EXPECT_EQ(completion.ok(), ok);
        EXPECT_EQ(finish_from(name(finish)), finish);
    }
    EXPECT_EQ(finish_from("other"), std::nullopt);
}

TEST(Completion, AFailedOneCarriesItsErrorAndNoRequest) {
    const Completion failed = failed_completion({CallErrorKind::server, "down", true, 0, 503});
    EXPECT_EQ(failed.finish, Finish::error);
    EXPECT_EQ(failed.requests, 0);
    EXPECT_EQ(failed.error->http_status, 503);
}

TEST(Completion, NamesOfErrorsAndControlsGoThereAndBack) {
    for (int i = 0; i <= static_cast<int>(CallErrorKind::journal); ++i)
        EXPECT_EQ(call_error_from(name(static_cast<CallErrorKind>(i))), static_cast<CallErrorKind>(i));
    for (int i = 0; i <= static_cast<int>(ThinkingControl::in_process); ++i)
        EXPECT_EQ(thinking_control_from(name(static_cast<ThinkingControl>(i))), static_cast<ThinkingControl>(i));
}

TEST(Usage, AddsUpAndStaysEstimated) {
    Usage sum{1, 2, 0, 1, false};
    sum += {10, 20, 5, 2, true};
    EXPECT_EQ(sum, (Usage{11, 22, 5, 3, true}));
    EXPECT_EQ(sum.total(), 33);
}

// The exit codes of the contract.
TEST(Error, KindsHaveTheirExitCodes) {
    EXPECT_EQ(exit_code(ErrorKind::file), 1);
    EXPECT_EQ(exit_code(ErrorKind::usage), 2);
    EXPECT_EQ(exit_code(ErrorKind::model), 3);
    EXPECT_EQ(exit_code(ErrorKind::budget), 4);
    EXPECT_EQ(exit_code(ErrorKind::interrupted), 130);
}

TEST(Outcome, ThrowsItsErrorWhenAskedForAValueItDoesNotHave) {
    const Outcome<int> outcome = Error{ErrorKind::usage, "no such thing"};
    try {
        (void)outcome.value();
        FAIL();
    } catch (const ErrorException& error) {
        EXPECT_EQ(error.error().kind, ErrorKind::usage);
        EXPECT_STREQ(error.what(), "no such thing");
    }
}

}  // namespace
}  // namespace retort::test
