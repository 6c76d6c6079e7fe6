// What of the last call a client may read as it speaks. Pure.
#pragma once

#include <string>
#include <string_view>

#include "model/language_model.h"

namespace retort::gateway {

class AnswerStream {
  public:
    // `marker`: of the prompt set; empty: its models mark their reasoning, or all is the answer.
    explicit AnswerStream(std::string_view marker);

    struct Heard {
        std::string progress;  // on the way to the answer
        std::string answer;
    };

    // Where a model marks its reasoning, its text is the answer, but for a marker that it may begin with all the same;
    // that is waited for. Where only a marker sets reasoning apart, the answer is known at the end alone.
    Heard hear(const Delta& delta);

    // Of the answer so far. What was streamed of a call that then broke off stays, and nothing is added.
    const std::string& streamed() const { return streamed_; }

    // What is left of an answer. `all`: the text of the last call, marker and what precedes it included.
    std::string rest(std::string_view answer, std::string_view all) const;

  private:
    std::string answer_in(std::string text);

    const std::string marker_;
    bool marked_ = false;       // the model marks its reasoning
    bool opened_ = false;       // what its text begins with is no marker
    bool begins_anew_ = false;  // the call broke off, and is made again
    std::string held_;
    std::string streamed_;
};

}  // namespace retort::gateway
