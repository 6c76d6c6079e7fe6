// Server-sent events, cut anywhere. Pure: no I/O, any bytes in, sizes bounded.
//
// Follows the event stream format of the HTML standard: LF, CR or CRLF end a line, a leading byte order mark and
// comments are skipped, several data lines are joined by LF, an empty line ends the event.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace retort {

struct SseEvent {
    std::string_view name;  // of the "event" field; empty: a message. Valid only during the call
    std::string_view data;
};

class SseParser {
  public:
    // `max_event` bounds a line and an event's data, in bytes.
    explicit SseParser(std::size_t max_event = std::size_t{16} << 20) : max_event_(max_event) {}

    using OnEvent = std::function<void(const SseEvent&)>;

    // False once a line or an event has outgrown the bound: what comes after is ignored.
    bool feed(std::string_view chunk, const OnEvent& on_event);

    // The stream has ended. An event that no empty line ended is handed out too: servers leave it off.
    void finish(const OnEvent& on_event);

  private:
    void take_line(std::string_view line, const OnEvent& on_event);
    void dispatch(const OnEvent& on_event);
    bool keep(std::string_view part);

    std::size_t max_event_;
    std::string line_;  // the part of a line that has come so far
    std::string data_;
    std::string name_;
    bool has_data_ = false;
    bool skip_lf_ = false;    // the last line ended with CR: an LF that follows belongs to it
    bool first_line_ = true;  // which may begin with a byte order mark
    bool overflow_ = false;
};

}  // namespace retort
