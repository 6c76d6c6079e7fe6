#include "gateway/api/usage_meter.h"

#include <algorithm>

namespace retort::gateway {
namespace {

constexpr std::string_view kData = "data:";

// "application/json" of "application/json; charset=utf-8".
std::string_view media_type(const Headers& headers) {
    const std::string_view whole = find_header(headers, "Content-Type");
    const std::string_view type = whole.substr(0, whole.find(';'));
    return type.substr(0, type.find_last_not_of(" \t") + 1);
}

}  // namespace

void UsageMeter::begin(const ReplyHead& head) {
    *this = UsageMeter();
    const std::string_view coding = find_header(head.headers, "Content-Encoding");
    if (!coding.empty() && !same_name(coding, "identity")) return;
    const std::string_view type = media_type(head.headers);
    if (same_name(type, "application/json")) form_ = Form::json;
    if (same_name(type, "text/event-stream")) form_ = Form::events;
}

void UsageMeter::read(std::string_view body) {
    if (form_ == Form::json) scan_.read(body);
    if (form_ == Form::events) read_events(body);
}

void UsageMeter::read_events(std::string_view body) {
    while (!body.empty()) {
        const std::size_t end = std::min(body.find('\n'), body.size());
        read_line(body.substr(0, end));
        if (end == body.size()) return;
        if (line_ == Line::empty) scan_.end_document();
        line_ = Line::empty;
        matched_ = 0;
        body.remove_prefix(end + 1);
    }
}

// Some of a line, without its end. Of an event that stands on several lines each is a part of the document.
void UsageMeter::read_line(std::string_view part) {
    while (line_ == Line::empty && part.starts_with('\r')) part.remove_prefix(1);
    if (line_ == Line::empty && !part.empty()) line_ = Line::name;
    while (line_ == Line::name && !part.empty()) {
        if (part.front() != kData[matched_]) {
            line_ = Line::other;
            return;
        }
        part.remove_prefix(1);
        if (++matched_ == kData.size()) line_ = Line::data;
    }
    if (line_ == Line::data) scan_.read(part);
}

std::int64_t UsageMeter::tokens() const {
    // A stream that a client leaves early has said less than it wrote.
    const std::int64_t written = form_ == Form::events ? scan_.contents() : 0;
    return std::max(scan_.tokens().value_or(0), scan_.tokens_in() + written);
}

}  // namespace retort::gateway
