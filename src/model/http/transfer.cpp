#include "model/http/transfer.h"

#include <cstdlib>
#include <memory>

#include "base/text.h"

namespace retort {
namespace {

// After all that matters has come the server may end its reply in order, so that the connection can be kept.
constexpr std::chrono::milliseconds kLinger{200};

constexpr std::size_t kLongestValue = 200;  // bytes of a header's value
constexpr std::size_t kLongestUrl = 8192;   // signed ones of stores are long

void read_header(std::string_view line, std::string_view name, std::string& value,
                 std::size_t longest = kLongestValue) {
    if (line.size() <= name.size() || line[name.size()] != ':') return;
    for (std::size_t i = 0; i < name.size(); ++i)
        if ((line[i] | 0x20) != (name[i] | 0x20)) return;
    value = trim(line.substr(name.size() + 1)).substr(0, longest);
}

std::size_t on_header(char* data, std::size_t, std::size_t size, void* user) {
    auto& transfer = *static_cast<Transfer*>(user);
    const std::string_view line(data, size);
    HttpHead& head = transfer.result.head;
    transfer.touched();
    if (line.starts_with("HTTP/")) head = {};
    read_header(line, "content-type", head.content_type);
    read_header(line, "retry-after", head.retry_after);
    read_header(line, "location", head.location, kLongestUrl);
    return size;
}

void read_status(Transfer& transfer) {
    if (transfer.result.head.status != 0) return;
    long status = 0;
    curl_easy_getinfo(transfer.easy, CURLINFO_RESPONSE_CODE, &status);
    transfer.result.head.status = static_cast<int>(status);
}

BodyVerdict hand_out(Transfer& transfer, std::string_view chunk) {
    try {
        return transfer.on_body(transfer.result.head, chunk);
    } catch (...) {
        transfer.thrown = std::current_exception();
        return BodyVerdict::stop;
    }
}

std::size_t on_chunk(char* data, std::size_t, std::size_t size, void* user) {
    auto& transfer = *static_cast<Transfer*>(user);
    transfer.touched();
    read_status(transfer);
    transfer.result.body_bytes += size;
    if (transfer.enough) return size;
    if (transfer.result.body_bytes > transfer.request.max_bytes) {
        transfer.result.failure = HttpFailure::too_large;
        return CURL_WRITEFUNC_ERROR;
    }
    const BodyVerdict verdict = hand_out(transfer, std::string_view(data, size));
    if (verdict == BodyVerdict::stop) return CURL_WRITEFUNC_ERROR;
    if (verdict == BodyVerdict::enough) {
        transfer.enough = true;
        transfer.hang_up_at = Transfer::Clock::now() + kLinger;
    }
    return size;
}

// Called before each sending. libcurl sends a request again by itself when a kept connection turns out dead; the server
// may have begun with the first one, so whether to ask again is the caller's choice, and is counted.
int on_send(void* user, char*, char*, int, int) {
    auto& transfer = *static_cast<Transfer*>(user);
    if (++transfer.times_sent > 1 && transfer.request.post) {
        transfer.result.failure = HttpFailure::not_resent;
        return CURL_PREREQFUNC_ABORT;
    }
    return CURL_PREREQFUNC_OK;
}

void set_headers(Transfer& transfer) {
    CURL* easy = transfer.easy;
    for (const std::string& line : transfer.request.headers)
        transfer.header_lines = curl_slist_append(transfer.header_lines, line.c_str());
    // libcurl would wait for "100 Continue" before a large body.
    transfer.header_lines = curl_slist_append(transfer.header_lines, "Expect:");
    // The server closes first, so that no port of ours stays taken.
    if (transfer.request.own_connection)
        transfer.header_lines = curl_slist_append(transfer.header_lines, "Connection: close");
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer.header_lines);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "retort");
}

// The curl program reads these variables, the library does not.
void set_tls_roots(CURL* easy) {
    for (const char* variable : {"CURL_CA_BUNDLE", "SSL_CERT_FILE"})
        if (const char* file = std::getenv(variable); file != nullptr && *file != '\0') {
            curl_easy_setopt(easy, CURLOPT_CAINFO, file);
            break;
        }
    if (const char* folder = std::getenv("SSL_CERT_DIR"); folder != nullptr && *folder != '\0')
        curl_easy_setopt(easy, CURLOPT_CAPATH, folder);
}

void set_limits(Transfer& transfer) {
    CURL* easy = transfer.easy;
    const HttpTimeouts& timeouts = transfer.request.timeouts;
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(timeouts.connect.count()));
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(timeouts.total.count()));
    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, static_cast<long>(transfer.request.read_bytes));
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    // libcurl searches all connections to a host one by one, for each call: with thousands of them it does little else.
    if (!transfer.request.own_connection) return;
    curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
    curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
}

HttpFailure meaning(CURLcode code) {
    switch (code) {
        case CURLE_OK:
            return HttpFailure::none;
        case CURLE_UNSUPPORTED_PROTOCOL:
        case CURLE_URL_MALFORMAT:
            return HttpFailure::bad_url;
        case CURLE_COULDNT_RESOLVE_HOST:
        case CURLE_COULDNT_RESOLVE_PROXY:
            return HttpFailure::resolve;
        case CURLE_COULDNT_CONNECT:
            return HttpFailure::refused;
        case CURLE_OPERATION_TIMEDOUT:
            return HttpFailure::timeout;
        case CURLE_SSL_CONNECT_ERROR:
            return HttpFailure::handshake;
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CACERT_BADFILE:
        case CURLE_SSL_CERTPROBLEM:
            return HttpFailure::tls;
        default:
            return HttpFailure::broken;
    }
}

bool was_connected(const Transfer& transfer) {
    curl_off_t connected_us = 0;
    curl_easy_getinfo(transfer.easy, CURLINFO_CONNECT_TIME_T, &connected_us);
    return connected_us > 0;
}

}  // namespace

std::string url_of_redirect(const std::string& base, const std::string& location) {
    const std::unique_ptr<CURLU, void (*)(CURLU*)> parsed(curl_url(), curl_url_cleanup);
    // The second is taken relative to the first.
    for (const std::string& url : {base, location})
        if (url.empty() || curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK) return "";
    char* text = nullptr;
    if (curl_url_get(parsed.get(), CURLUPART_URL, &text, 0) != CURLUE_OK) return "";
    std::string out = text;
    curl_free(text);
    return out;
}

void set_options(Transfer& transfer) {
    CURL* easy = transfer.easy;
    curl_easy_setopt(easy, CURLOPT_URL, transfer.request.url.c_str());
    curl_easy_setopt(easy, CURLOPT_PRIVATE, &transfer);
    set_headers(transfer);
    set_limits(transfer);
    set_tls_roots(easy);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, &transfer);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &on_chunk);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfer);
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, &on_send);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, &transfer);
    if (transfer.request.post) {
        curl_easy_setopt(easy, CURLOPT_POST, 1L);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(transfer.request.body.size()));
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, transfer.request.body.data());
    }
}

void free_upload(Transfer& transfer) {
    if (transfer.upload_freed || transfer.easy == nullptr) return;
    curl_off_t sent = 0;
    curl_easy_getinfo(transfer.easy, CURLINFO_SIZE_UPLOAD_T, &sent);
    if (static_cast<std::size_t>(sent) < transfer.request.body.size()) return;
    transfer.upload_freed = true;
    std::string().swap(transfer.request.body);
}

void conclude(Transfer& transfer, CURLcode code) {
    HttpResult& result = transfer.result;
    read_status(transfer);
    if (result.failure != HttpFailure::none || code == CURLE_OK || transfer.enough) return;
    // What a server says that is no HTTP is an unsupported protocol too: HTTP of before 1.0.
    const bool no_http = code == CURLE_UNSUPPORTED_PROTOCOL && was_connected(transfer);
    result.failure = no_http ? HttpFailure::broken : meaning(code);
    result.detail = no_http ? "what came is no HTTP" : curl_easy_strerror(code);
}

}  // namespace retort
