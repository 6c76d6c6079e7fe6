// Where a model marks its reasoning, and the splitting of its output there. Not public.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace retort::llama {

struct ReasoningMarks {
    std::string_view begin;
    std::string_view end;
};

// The marks that the chat template mentions or the vocabulary has as tokens of their own; null where there are none.
const ReasoningMarks* find_marks(std::string_view chat_template, const std::function<bool(std::string_view)>& is_token);

// Splits a stream of bytes into reasoning and answer. Hands out whole UTF-8 only, bytes that are none replaced; keeps
// back what may be the beginning of a mark. The marks themselves and the white space after them are left out.
class ReasoningSplitter {
  public:
    enum class Place { undecided, reasoning, answer };  // undecided: a beginning mark may still come

    struct Piece {
        std::string text;
        bool reasoning;
    };

    // `inside`: the prompt has opened the reasoning already. Null marks: all is answer.
    ReasoningSplitter(const ReasoningMarks* marks, bool inside);

    void feed(std::string_view bytes, std::vector<Piece>& out);

    // Hands out what was kept back.
    void finish(std::vector<Piece>& out);

    Place place() const { return place_; }

  private:
    bool leave_undecided();
    bool leave_reasoning(std::vector<Piece>& out);
    void drop_leading_space();
    void emit(std::size_t bytes, std::vector<Piece>& out);

    const ReasoningMarks* marks_;
    Place place_;
    bool skip_space_;
    std::string pending_;
};

}  // namespace retort::llama
