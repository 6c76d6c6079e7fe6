#include "gateway/api/body_scan.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace retort::gateway {
namespace {

constexpr std::size_t kMostMembers = 1000;
constexpr int kDeepest = 1000;

// Reads forward through the text. Every function leaves `at` behind what it read, or at the fault.
struct Reader {
    std::string_view text;
    std::size_t at = 0;

    bool done() const { return at >= text.size(); }
    char peek() const { return done() ? '\0' : text[at]; }

    void blanks() {
        while (!done() && (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r')) ++at;
    }

    bool take(char c) {
        blanks();
        if (peek() != c) return false;
        ++at;
        return true;
    }

    // A string with its quotes.
    bool string() {
        if (peek() != '"') return false;
        for (++at; !done(); ++at) {
            if (text[at] == '\\') {
                ++at;
            } else if (text[at] == '"') {
                ++at;
                return true;
            } else if (static_cast<unsigned char>(text[at]) < ' ') {
                return false;
            }
        }
        return false;
    }

    // Up to the bracket that closes the one that stands here.
    bool brackets() {
        std::string open;
        while (!done()) {
            const char c = text[at];
            if (c == '"') {
                if (!string()) return false;
                continue;
            }
            if (c == '{' || c == '[') open += c;
            if (c == '}' || c == ']') {
                if (open.back() != (c == '}' ? '{' : '[')) return false;
                open.pop_back();
            }
            ++at;
            if (open.empty()) return true;
            if (open.size() > kDeepest) return false;
        }
        return false;
    }

    bool value() {
        blanks();
        if (peek() == '"') return string();
        if (peek() == '{' || peek() == '[') return brackets();
        const std::size_t begin = at;
        while (!done() && std::string_view("+-.0123456789aeflnrstuE").find(peek()) != std::string_view::npos) ++at;
        return at > begin;
    }
};

std::string decoded(std::string_view quoted) {
    const auto value = nlohmann::json::parse(quoted, nullptr, false);
    return value.is_string() ? value.get<std::string>() : std::string(quoted);
}

Error fault(const Reader& reader, std::string_view expected) {
    return {ErrorKind::usage, fmt::format("the body is no JSON object: at byte {}: expected {}", reader.at, expected)};
}

}  // namespace

Outcome<BodyScan> BodyScan::of(std::string_view text) {
    BodyScan out;
    out.text_ = text;
    Reader reader{text};
    if (!reader.take('{')) return fault(reader, "{");
    bool more = !reader.take('}');
    while (more) {
        reader.blanks();
        Member member;
        member.from = reader.at;
        if (!reader.string()) return fault(reader, "a name in quotes");
        member.name = decoded(text.substr(member.from, reader.at - member.from));
        if (!reader.take(':')) return fault(reader, ":");
        reader.blanks();
        member.begin = reader.at;
        if (!reader.value()) return fault(reader, "a value");
        member.end = reader.at;
        if (out.find(member.name) != nullptr)
            return Error{ErrorKind::usage, fmt::format("\"{}\" stands twice in the body", member.name)};
        if (out.members_.size() == kMostMembers) return fault(reader, "at most 1000 members");
        out.members_.push_back(std::move(member));
        more = reader.take(',');
        if (!more && !reader.take('}')) return fault(reader, ", or }");
    }
    reader.blanks();
    if (!reader.done()) return fault(reader, "the end");
    return out;
}

const Member* BodyScan::find(std::string_view name) const {
    const auto found =
        std::find_if(members_.begin(), members_.end(), [&](const Member& one) { return one.name == name; });
    return found == members_.end() ? nullptr : &*found;
}

std::optional<std::string> BodyScan::string(std::string_view name) const {
    const Member* member = find(name);
    if (member == nullptr || text_[member->begin] != '"') return std::nullopt;
    const auto value = nlohmann::json::parse(raw(*member), nullptr, false);
    return value.is_string() ? std::optional(value.get<std::string>()) : std::nullopt;
}

bool BodyScan::is_true(std::string_view name) const {
    const Member* member = find(name);
    return member != nullptr && raw(*member) == "true";
}

std::string BodyScan::with(const Member& member, std::string_view json) const {
    std::string out(text_.substr(0, member.begin));
    out += json;
    out += text_.substr(member.end);
    return out;
}

std::string BodyScan::with_new(std::string_view name, std::string_view json) const {
    const std::size_t inside = text_.find('{') + 1;
    std::string out(text_.substr(0, inside));
    out += nlohmann::json(name).dump() + ":";
    out += json;
    if (!members_.empty()) out += ",";
    out += text_.substr(inside);
    return out;
}

std::string BodyScan::without(const Member& member) const {
    std::size_t from = member.from;
    std::size_t to = member.end;
    const std::size_t next = text_.find_first_not_of(" \t\r\n", to);
    if (next != std::string_view::npos && text_[next] == ',')
        to = next + 1;
    else if (const std::size_t before = text_.find_last_not_of(" \t\r\n", from - 1); text_[before] == ',')
        from = before;
    std::string out(text_.substr(0, from));
    out += text_.substr(to);
    return out;
}

}  // namespace retort::gateway
