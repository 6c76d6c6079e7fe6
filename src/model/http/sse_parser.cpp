#include "model/http/sse_parser.h"

#include <utility>

namespace retort {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

}  // namespace

bool SseParser::keep(std::string_view part) {
    if (line_.size() + part.size() > max_event_) overflow_ = true;
    if (!overflow_) line_.append(part);
    return !overflow_;
}

bool SseParser::feed(std::string_view chunk, const OnEvent& on_event) {
    while (!chunk.empty() && !overflow_) {
        if (std::exchange(skip_lf_, false) && chunk.front() == '\n') {
            chunk.remove_prefix(1);
            continue;
        }
        const std::size_t end = chunk.find_first_of("\r\n");
        if (end == std::string_view::npos) return keep(chunk);
        // A line that came whole is read where it lies.
        if (line_.empty()) {
            take_line(chunk.substr(0, end), on_event);
        } else if (keep(chunk.substr(0, end))) {
            const std::string line = std::exchange(line_, {});
            take_line(line, on_event);
        }
        skip_lf_ = chunk[end] == '\r';
        chunk.remove_prefix(end + 1);
    }
    return !overflow_;
}

void SseParser::finish(const OnEvent& on_event) {
    if (!line_.empty()) {
        const std::string line = std::exchange(line_, {});
        take_line(line, on_event);
    }
    dispatch(on_event);
}

void SseParser::take_line(std::string_view line, const OnEvent& on_event) {
    if (std::exchange(first_line_, false) && line.starts_with(kByteOrderMark))
        line.remove_prefix(kByteOrderMark.size());
    if (line.empty()) return dispatch(on_event);
    if (line.front() == ':') return;
    const std::size_t colon = line.find(':');
    const std::string_view field = line.substr(0, colon);
    std::string_view value = colon == std::string_view::npos ? std::string_view() : line.substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);
    if (field == "event") name_ = value;
    if (field != "data") return;
    if (data_.size() + value.size() + 1 > max_event_) {
        overflow_ = true;
        return;
    }
    if (has_data_) data_ += '\n';
    data_.append(value);
    has_data_ = true;
}

void SseParser::dispatch(const OnEvent& on_event) {
    const std::string name = std::exchange(name_, {});
    if (!std::exchange(has_data_, false)) return;
    const std::string data = std::exchange(data_, {});
    on_event({name, data});
}

}  // namespace retort
