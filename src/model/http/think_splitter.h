// Finds reasoning that a model marks by tags in its text ("<think>...</think>answer"), cut anywhere. Pure.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace retort {

// A block of reasoning is looked for at the start of the text only: later on the same letters are the answer's. Some
// chat templates open the block themselves, so that the text starts inside of it and only the end tag shows: a lone end
// tag turns all before it into reasoning.
class ThinkSplitter {
  public:
    // `inside`: the text is known to start inside the reasoning.
    explicit ThinkSplitter(bool inside = false) : state_(inside ? State::inside : State::start), assumed_(inside) {}

    using OnPiece = std::function<void(std::string_view text, bool reasoning)>;

    void feed(std::string_view text, const OnPiece& on_piece);

    // No more text comes: what was held back, since it might have become a tag, is handed out.
    void finish(const OnPiece& on_piece);

    // Everything handed out as the answer so far was reasoning. Said once, on the lone end tag.
    bool take_reclassified() { return std::exchange(reclassified_, false); }

    // Assumed at construction and never confirmed by an end tag: where the reply ended by itself it was an answer.
    bool assumption_unconfirmed() const { return assumed_ && state_ == State::inside; }
    bool reasoning_open() const { return state_ == State::inside; }

  private:
    enum class State { start, inside, after_tag, outside, done };

    bool step(const OnPiece& on_piece, bool last);
    bool find_start(const OnPiece& on_piece, bool last);
    bool find_end(const OnPiece& on_piece, bool last, bool reasoning);
    bool skip_space(bool last);

    State state_;
    bool assumed_;
    bool reclassified_ = false;
    std::string held_;
    std::string end_tag_;  // of the block that was opened
};

}  // namespace retort
