#include "base/completion.h"

#include <array>
#include <utility>

namespace retort {
namespace {

template <class E, std::size_t N>
using Names = std::array<std::pair<E, std::string_view>, N>;

constexpr Names<Finish, 4> kFinish{
    {{Finish::stop, "stop"}, {Finish::length, "length"}, {Finish::cancelled, "cancelled"}, {Finish::error, "error"}}};

constexpr Names<CallErrorKind, 9> kErrors{{{CallErrorKind::connection, "connection"},
                                           {CallErrorKind::server, "server"},
                                           {CallErrorKind::rate_limited, "rate_limited"},
                                           {CallErrorKind::refused, "refused"},
                                           {CallErrorKind::no_such_model, "no_such_model"},
                                           {CallErrorKind::context, "context"},
                                           {CallErrorKind::protocol, "protocol"},
                                           {CallErrorKind::unauthorised, "unauthorised"},
                                           {CallErrorKind::journal, "journal"}}};

constexpr Names<ThinkingControl, 5> kThinking{{{ThinkingControl::none, "none"},
                                               {ThinkingControl::parameter, "parameter"},
                                               {ThinkingControl::continued, "continued"},
                                               {ThinkingControl::token_limit, "token_limit"},
                                               {ThinkingControl::in_process, "in_process"}}};

template <class E, std::size_t N>
std::string_view to_name(const Names<E, N>& names, E value) {
    for (const auto& [known, text] : names)
        if (known == value) return text;
    return "unknown";
}

template <class E, std::size_t N>
std::optional<E> from_name(const Names<E, N>& names, std::string_view text) {
    for (const auto& [known, candidate] : names)
        if (candidate == text) return known;
    return std::nullopt;
}

}  // namespace

std::string_view name(Finish finish) {
    return to_name(kFinish, finish);
}
std::optional<Finish> finish_from(std::string_view text) {
    return from_name(kFinish, text);
}
std::string_view name(CallErrorKind kind) {
    return to_name(kErrors, kind);
}
std::optional<CallErrorKind> call_error_from(std::string_view text) {
    return from_name(kErrors, text);
}
std::string_view name(ThinkingControl control) {
    return to_name(kThinking, control);
}
std::optional<ThinkingControl> thinking_control_from(std::string_view text) {
    return from_name(kThinking, text);
}

Usage& Usage::operator+=(const Usage& other) {
    in += other.in;
    out += other.out;
    cached += other.cached;
    reasoning += other.reasoning;
    estimated = estimated || other.estimated;
    return *this;
}

Completion failed_completion(CallError error) {
    Completion out;
    out.finish = Finish::error;
    out.requests = 0;
    out.error = std::move(error);
    return out;
}

}  // namespace retort
