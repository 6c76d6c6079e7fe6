#include "model/http/json_text.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/text.h"

namespace retort {
namespace {

using nlohmann::json;

constexpr double kMostTokens = 1e12;

// Bytes 0x80..0xff that are no UTF-8 stand as U+10F080..U+10F0FF, which no text uses.
constexpr std::string_view kKeptLead = "\xf4\x8f\x82";   // U+10F080..U+10F0BF
constexpr std::string_view kKeptLead2 = "\xf4\x8f\x83";  // U+10F0C0..U+10F0FF

std::string keep_broken_bytes(std::string_view text) {
    std::string out;
    out.reserve(text.size() + 16);
    while (!text.empty()) {
        // A single byte or a whole sequence comes out of valid_utf8 as it went in.
        std::size_t length = 1;
        const auto lead = static_cast<unsigned char>(text.front());
        if (lead >= 0xc2) length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
        const std::string_view sequence = text.substr(0, length);
        if (lead < 0x80 || (sequence.size() == length && valid_utf8(sequence) == sequence)) {
            out.append(sequence);
            text.remove_prefix(length);
        } else {
            out.append(lead < 0xc0 ? kKeptLead : kKeptLead2);
            out += static_cast<char>(0x80 | (lead & 0x3f));
            text.remove_prefix(1);
        }
    }
    return out;
}

// "\ud83d" without its other half is no JSON to a strict parser: it becomes U+FFFD.
std::string mend_escapes(std::string text) {
    const auto unit = [&](std::size_t at) -> unsigned {
        if (at + 6 > text.size() || text[at] != '\\' || text[at + 1] != 'u') return 0;
        unsigned value = 0;
        for (std::size_t i = at + 2; i < at + 6; ++i) {
            const char c = static_cast<char>(text[i] | 0x20);
            const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
            if (digit < 0) return 0;
            value = value * 16 + static_cast<unsigned>(digit);
        }
        return value;
    };
    for (std::size_t at = text.find('\\'); at != std::string::npos; at = text.find('\\', at)) {
        const unsigned value = unit(at);
        const bool high = value >= 0xd800 && value <= 0xdbff;
        const bool low = value >= 0xdc00 && value <= 0xdfff;
        const unsigned next = high ? unit(at + 6) : 0;
        const bool pair = next >= 0xdc00 && next <= 0xdfff;
        if ((high && !pair) || low) text.replace(at, 6, "\\ufffd");
        at += pair ? 12 : value != 0 ? 6 : 2;
    }
    return text;
}

}  // namespace

json parse_json(std::string_view text) {
    json value = json::parse(text, nullptr, false);
    if (!value.is_discarded()) return value;
    return json::parse(mend_escapes(keep_broken_bytes(text)), nullptr, false);
}

std::string text_of(const json& value) {
    if (!value.is_string()) return {};
    std::string text = value.get<std::string>();
    for (const std::string_view lead : {kKeptLead, kKeptLead2}) {
        const int high = lead == kKeptLead ? 0x80 : 0xc0;
        for (std::size_t at = text.find(lead); at != std::string::npos; at = text.find(lead, at + 1)) {
            const auto low = static_cast<unsigned char>(text[at + 3]) & 0x3f;
            text.replace(at, 4, 1, static_cast<char>(high | low));
        }
    }
    return text;
}

const json& member(const json& object, const char* key) {
    static const json null;
    if (!object.is_object()) return null;
    const auto found = object.find(key);
    return found == object.end() ? null : *found;
}

std::string string_member(const json& object, const char* key) {
    return text_of(member(object, key));
}

std::int64_t count_member(const json& object, const char* key) {
    const json& value = member(object, key);
    if (!value.is_number()) return 0;
    const double number = value.get<double>();
    if (!(number > 0)) return 0;
    return static_cast<std::int64_t>(std::min(number, kMostTokens));
}

std::string one_line(std::string_view text, std::size_t bytes) {
    std::string out;
    for (const char c : valid_utf8(text.substr(0, bytes * 4))) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte > 0x20 && byte != 0x7f) {
            out += c;
        } else if (!out.empty() && out.back() != ' ') {
            out += ' ';
        }
    }
    // U+0080..U+009F are control characters too: some terminals obey them.
    for (std::size_t at = out.find('\xc2'); at != std::string::npos; at = out.find('\xc2', at + 1))
        if (at + 1 < out.size() && static_cast<unsigned char>(out[at + 1]) < 0xa0) out.replace(at, 2, "?");
    const std::string_view line = trim(out);
    if (line.size() <= bytes) return std::string(line);
    return std::string(utf8_prefix(line, bytes)) + "...";
}

std::string to_body(const json& value) {
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string Utf8Joiner::push(std::string_view piece) {
    if (tail_.empty() && utf8_incomplete_tail(piece) == 0) return valid_utf8(piece);
    std::string text = std::exchange(tail_, {});
    text.append(piece);
    const std::size_t cut = text.size() - utf8_incomplete_tail(text);
    tail_ = text.substr(cut);
    return valid_utf8(std::string_view(text).substr(0, cut));
}

std::string Utf8Joiner::finish() {
    return valid_utf8(std::exchange(tail_, {}));
}

}  // namespace retort
