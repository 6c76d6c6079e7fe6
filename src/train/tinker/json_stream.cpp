#include "train/tinker/json_stream.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <utility>

namespace retort::train::tinker {
namespace {

constexpr std::size_t kDeepest = 16;
constexpr std::ptrdiff_t kExactDigits = 15;  // of a whole number that a double holds for certain

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// Neither an end, nor an escape, nor a part of a longer character.
bool is_plain(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x20 && byte < 0x80 && c != '\\';
}

// By recursion, no deeper than kDeepest.
class Scanner {
  public:
    Scanner(std::string_view text, JsonEvents& events)
        : start_(text.data()), at_(text.data()), end_(text.data() + text.size()), events_(events) {}

    bool whole_text() {
        if (!value()) return false;
        skip_space();
        return at_ == end_;
    }

    // Once whole_text() failed; empty where the receiver refused.
    std::string fault() const {
        if (refused_) return {};
        if (depth_ > kDeepest) return "nested deeper than any answer";
        return fmt::format("no JSON at byte {}", at_ - start_);
    }

  private:
    char peek() const { return at_ == end_ ? '\0' : *at_; }

    bool take(char c) {
        if (at_ == end_ || *at_ != c) return false;
        ++at_;
        return true;
    }

    void skip_space() {
        while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
    }

    // What the receiver said.
    bool heard(bool more) {
        refused_ = !more;
        return more;
    }

    bool value() {
        skip_space();
        switch (peek()) {
            case '{':
                return object();
            case '[':
                return list();
            case '"':
                return string() && heard(events_.string(std::move(text_)));
            case 't':
                return word("true") && heard(events_.boolean(true));
            case 'f':
                return word("false") && heard(events_.boolean(false));
            case 'n':
                return word("null") && heard(events_.null());
            default:
                return number();
        }
    }

    bool begin(bool list) {
        if (++depth_ > kDeepest) return false;
        ++at_;
        return heard(events_.begin(list));
    }

    bool end(char mark) {
        if (!take(mark)) return false;
        --depth_;
        return heard(events_.end());
    }

    bool list() {
        if (!begin(true)) return false;
        skip_space();
        if (peek() == ']') return end(']');
        do {
            if (!value()) return false;
            skip_space();
        } while (take(','));
        return end(']');
    }

    bool object() {
        if (!begin(false)) return false;
        skip_space();
        if (peek() == '}') return end('}');
        do {
            if (!key() || !value()) return false;
            skip_space();
        } while (take(','));
        return end('}');
    }

    bool key() {
        skip_space();
        if (!string()) return false;
        skip_space();
        return take(':') && heard(events_.key(std::move(text_)));
    }

    bool word(std::string_view expected) {
        if (!std::string_view(at_, end_).starts_with(expected)) return false;
        at_ += expected.size();
        return true;
    }

    // Into text_. Nearly all are plain; a general parser takes the others apart.
    bool string() {
        const char* const first = at_;
        if (!take('"')) return false;
        bool plain = true;
        for (; at_ != end_ && *at_ != '"'; ++at_) {
            plain = plain && is_plain(*at_);
            if (*at_ == '\\' && ++at_ == end_) return false;
        }
        if (!take('"')) return false;
        if (plain) {
            text_.assign(first + 1, at_ - 1);
            return true;
        }
        auto parsed = nlohmann::json::parse(first, at_, nullptr, false);
        if (!parsed.is_string()) return false;
        text_ = std::move(parsed.get_ref<std::string&>());
        return true;
    }

    // At least one. Their number, but where there are too many.
    bool digits(std::uint64_t& value) {
        const char* const first = at_;
        value = 0;
        for (; at_ != end_ && is_digit(*at_); ++at_) value = value * 10 + static_cast<std::uint64_t>(*at_ - '0');
        return at_ != first;
    }

    bool fraction() {
        std::uint64_t ignored = 0;
        if (take('.') && !digits(ignored)) return false;
        if (!take('e') && !take('E')) return true;
        if (!take('-')) take('+');
        return digits(ignored);
    }

    // from_chars would take more than JSON's grammar has.
    bool number() {
        const char* const first = at_;
        const bool negative = take('-');
        const char* const leading = at_;
        std::uint64_t whole = 0;
        if (!digits(whole)) return false;
        const char* const point = at_;
        if (point - leading > 1 && *leading == '0') return false;
        if (!fraction()) return false;
        double value = negative ? -static_cast<double>(whole) : static_cast<double>(whole);
        if (at_ != point || point - leading > kExactDigits) {
            const auto [last, error] = std::from_chars(first, at_, value);
            if (error != std::errc() || last != at_) return false;
        }
        return heard(events_.number(value));
    }

    const char* const start_;
    const char* at_;
    const char* const end_;
    JsonEvents& events_;
    std::string text_;  // that was read last
    std::size_t depth_ = 0;
    bool refused_ = false;
};

}  // namespace

bool read_json(std::string_view text, JsonEvents& events, std::string& why) {
    Scanner scanner(text, events);
    if (scanner.whole_text()) return true;
    if (std::string fault = scanner.fault(); !fault.empty()) why = std::move(fault);
    return false;
}

}  // namespace retort::train::tinker
