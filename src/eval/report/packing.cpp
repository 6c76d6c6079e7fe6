#include "eval/report/packing.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <zlib.h>

#include <stdexcept>

#include "base/text.h"

namespace retort {
namespace {

// Beyond this level texts get hardly smaller, but slower.
constexpr int kLevel = 6;
constexpr int kGzipWindow = 15 + 16;  // zlib's way of asking for gzip's header
constexpr int kMemory = 9;

std::string gzip(std::string_view bytes) {
    z_stream stream{};
    if (deflateInit2(&stream, kLevel, Z_DEFLATED, kGzipWindow, kMemory, Z_DEFAULT_STRATEGY) != Z_OK)
        throw std::runtime_error("zlib cannot begin to compress");
    std::string out(deflateBound(&stream, bytes.size()), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    const int ended = deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    if (ended != Z_STREAM_END) throw std::runtime_error("zlib could not compress");
    return out;
}

std::string base64(std::string_view bytes) {
    std::string out(4 * ((bytes.size() + 2) / 3) + 1, '\0');  // one more for OpenSSL's NUL
    const int length =
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                        reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
    out.resize(static_cast<std::size_t>(length));
    return out;
}

// Where a UTF-8 sequence begins, at `at` or after it.
std::size_t next_boundary(std::string_view text, std::size_t at) {
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U) ++at;
    return at;
}

}  // namespace

std::string embeddable_json(std::string_view json) {
    std::string out;
    out.reserve(json.size() + json.size() / 64);
    for (const char one : json) {
        if (one == '<')
            out += "\\u003c";
        else
            out += one;
    }
    return out;
}

std::string packed(std::string_view bytes) {
    return base64(gzip(bytes));
}

Shortened shortened(std::string_view text, std::size_t most) {
    if (text.size() <= most) return {std::string(text), 0};
    const std::string_view head = utf8_prefix(text, most / 2);
    const std::string_view tail = text.substr(next_boundary(text, text.size() - most / 2));
    const std::size_t left_out = text.size() - head.size() - tail.size();
    return {fmt::format("{}\n[... {} bytes left out ...]\n{}", head, left_out, tail), left_out};
}

}  // namespace retort
