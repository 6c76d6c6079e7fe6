// Archives as servers give them away, made by hand.
#pragma once

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <stdexcept>
#include <string>

namespace retort::train::test {

inline std::string gzip(const std::string& bytes) {
    z_stream stream{};
    if (deflateInit2(&stream, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        throw std::runtime_error("zlib cannot begin");
    std::string out(deflateBound(&stream, bytes.size()), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

// A head of ustar, of the kind '0' (file), '5' (folder), '1' (hard link), '2' (symbolic link), 'x' (pax).
inline std::string head(const std::string& name, std::size_t size, char kind = '0') {
    std::array<char, 512> out{};
    std::snprintf(out.data(), 100, "%s", name.c_str());
    std::snprintf(out.data() + 100, 8, "0000644");
    std::snprintf(out.data() + 124, 12, "%011zo", size);
    out[156] = kind;
    if (kind == '1' || kind == '2') std::snprintf(out.data() + 157, 100, "target");
    std::snprintf(out.data() + 257, 6, "ustar");
    out[263] = out[264] = '0';
    std::fill(out.begin() + 148, out.begin() + 156, ' ');
    unsigned sum = 0;
    for (const char byte : out) sum += static_cast<unsigned char>(byte);
    std::snprintf(out.data() + 148, 8, "%06o", sum);
    return {out.data(), out.size()};
}

inline std::string entry(const std::string& name, const std::string& bytes, char kind = '0') {
    return head(name, bytes.size(), kind) + bytes + std::string((512 - bytes.size() % 512) % 512, '\0');
}

inline const std::string& end_of_tar() {
    static const std::string blocks(1024, '\0');
    return blocks;
}

}  // namespace retort::train::test
