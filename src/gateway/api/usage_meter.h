// How many tokens an answer took that is handed on, read as it passes by: not a byte of it changes or waits. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "gateway/api/usage_scan.h"
#include "gateway/http/message.h"

namespace retort::gateway {

// Bounded in memory, however long the answer.
class UsageMeter {
  public:
    // Of an answer. What was read of one before it, from a server that then failed, is forgotten.
    void begin(const ReplyHead& head);
    void read(std::string_view body);  // its next bytes

    // As the answer says; a stream that says nothing counts one for each piece. 0 where it is packed, or neither JSON
    // nor a stream of events.
    std::int64_t tokens() const;

  private:
    enum class Form { other, json, events };
    enum class Line { empty, name, data, other };

    void read_events(std::string_view body);
    void read_line(std::string_view part);

    Form form_ = Form::other;
    Line line_ = Line::empty;  // that stands here, of a stream
    std::size_t matched_ = 0;  // of the name of its field
    UsageScan scan_;
};

}  // namespace retort::gateway
