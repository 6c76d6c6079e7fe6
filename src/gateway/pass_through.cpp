#include "gateway/pass_through.h"

#include <array>

#include "model/http/call_errors.h"

namespace retort::gateway {
namespace {

// Of the connection, not of the request (RFC 9110, 7.6.1); and what is written anew.
constexpr std::array<std::string_view, 11> kOfTheConnection{
    "host",   "connection",        "keep-alive",     "proxy-connection",   "te", "trailer", "upgrade",
    "expect", "transfer-encoding", "content-length", "proxy-authorization"};

bool is_of_the_connection(const Header& header, std::string_view connection) {
    for (const std::string_view name : kOfTheConnection)
        if (same_name(header.name, name)) return true;
    return !connection.empty() && lists(connection, header.name);
}

bool is_authorisation(const Header& header) {
    return same_name(header.name, "Authorization") || same_name(header.name, "Api-Key");
}

// Which pages may use the gateway from a browser is the gateway's own to say.
bool is_for_pages(const Header& header) {
    constexpr std::string_view kBegin = "Access-Control-";
    return same_name(std::string_view(header.name).substr(0, kBegin.size()), kBegin);
}

Headers passed_headers(const RequestHead& head, const PassedOn& passed) {
    Headers out;
    const std::string_view connection = head.header("Connection");
    for (const Header& header : head.headers) {
        if (is_of_the_connection(header, connection)) continue;
        // What is packed could not be read.
        if (passed.meter != nullptr && same_name(header.name, "Accept-Encoding")) continue;
        if ((passed.own_keys || !passed.key.empty()) && is_authorisation(header)) continue;
        out.push_back(header);
    }
    if (!passed.key.empty()) out.push_back({"Authorization", "Bearer " + passed.key});
    if (head.header("X-Request-Id").empty() && !passed.request_id.empty())
        out.push_back({"X-Request-Id", passed.request_id});
    return out;
}

// It was not looked at: another server may be asked.
bool turns_away(int status) {
    return status == 429 || (status >= 502 && status <= 504);
}

Task<bool> nobody() {
    co_return false;
}

}  // namespace

ApiError upstream_error(const OriginResult& result) {
    ApiError out;
    out.type = "server_error";
    switch (result.failure) {
        case OriginFailure::unreachable:
            out.status = 502;
            out.code = "upstream_unreachable";
            out.message = "the model server cannot be reached (" + result.detail + "): is it running?";
            break;
        case OriginFailure::silent:
            out.status = 504;
            out.code = "upstream_timeout";
            out.message = "the model server was silent for too long";
            break;
        default:
            out.status = 502;
            out.code = "upstream_broken";
            out.message = "the model server broke off before it answered (" + result.detail + ")";
    }
    return out;
}

Task<Passed> pass_through(Exchange& exchange, Origin& origin, PassedOn passed) {
    Passed out;
    OriginRequest request{exchange.head().method, passed.target, passed_headers(exchange.head(), passed), passed.body};
    Exchange* client = &exchange;
    OriginSink sink;
    UsageMeter* const meter = passed.meter;
    sink.head = [client, meter, &out, &passed](ReplyHead head, std::optional<std::uint64_t> length) {
        if (turns_away(head.status) && passed.elsewhere && passed.elsewhere()) {
            out.turned_away = head.status;
            out.retry_after_s = retry_after_seconds(find_header(head.headers, "Retry-After"));
            return;
        }
        if (meter != nullptr) meter->begin(head);
        std::erase_if(head.headers, is_for_pages);
        client->begin(head, length);
    };
    sink.piece = [client, meter, &out](std::string_view bytes) -> Task<bool> {
        if (out.turned_away != 0) return nobody();
        if (meter != nullptr) meter->read(bytes);
        return client->piece(bytes);
    };
    out.result = co_await origin.fetch(std::move(request), std::move(sink), exchange.stop());
    const OriginResult& result = out.result;
    if (out.turned_away != 0 && !exchange.stop().stop_requested()) co_return out;
    if (result.failure == OriginFailure::none)
        co_await exchange.end();
    else if (result.began || (result.failure == OriginFailure::cancelled && !exchange.is_given_up()))
        exchange.abandon();
    co_return out;
}

}  // namespace retort::gateway
