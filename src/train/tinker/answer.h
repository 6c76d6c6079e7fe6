// What an answer of a training server means for the call that waits for it: the protocol's table. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "model/http/http_client.h"
#include "train/tinker/failure.h"
#include "train/tinker/proto_reply.h"
#include "train/tinker/reply.h"

namespace retort::train::tinker {

enum class Next {
    take,       // the reply is the result
    ask_now,    // not finished yet
    ask_later,  // the server or the way to it is not well: wait, each time longer, as long as the run's patience goes
    billing,    // the account is paused: wait some seconds, for an hour at most
    resubmit,   // the promise is gone, or there is no room yet: the request may be made again after a while
    fail,
};

// What making a request twice would do.
enum class Repeat {
    harmless,  // it changes nothing, or the server knows it by its number
    counts,    // the server would count it twice
};

struct Answer {
    Next next = Next::fail;
    Reply reply;          // of `take`
    Failure failure;      // of `fail`; of the others the reason, should the wait become too long
    double wait_s = 0;    // what the server asked for; 0: nothing
    bool capped = false;  // of `ask_later`: a fault that mostly stays, so that a few tries must do
};

// `what` begins each message: "forward_backward 12".
Answer answer_to_submission(const HttpResult& http, std::string_view body, Repeat repeat, const std::string& what);
// `form`: how a result may come beside JSON; servers say which it is.
Answer answer_to_poll(const HttpResult& http, std::string_view body, Repeat repeat, const std::string& what,
                      ReplyForm form = ReplyForm::json);

}  // namespace retort::train::tinker
