#include "train/gguf/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "train/gguf/in_quotes.h"

namespace retort::train {
namespace {

constexpr int kGzipWindow = 15 + 16;  // zlib's way of asking for gzip's header
constexpr std::string_view kGzipMagic = "\x1f\x8b";
constexpr std::size_t kTarEnd = 1024;                 // bytes, all of them zero, with which a tar ends at least
constexpr std::size_t kPiece = std::size_t{1} << 18;  // bytes
constexpr std::size_t kLongestName = 1024;            // bytes

Error refused(const std::string& what) {
    return {ErrorKind::model, "tar archive: " + what};
}

Error too_large(const UnpackLimits& limits) {
    return refused(fmt::format("expected at most {} bytes unpacked, found more", limits.most_bytes));
}

class Inflater {
  public:
    Inflater() : ready_(inflateInit2(&stream_, kGzipWindow) == Z_OK) {}
    ~Inflater() {
        if (ready_) inflateEnd(&stream_);
    }
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;

    bool ready() const { return ready_; }
    z_stream& stream() { return stream_; }

  private:
    z_stream stream_{};
    bool ready_;
};

// zlib rather than libarchive's own filter, which does not compare the checksum at the end.
Outcome<std::string> inflated(std::string_view packed, const UnpackLimits& limits) {
    Inflater inflater;
    if (!inflater.ready()) return refused("zlib cannot begin to unpack");
    z_stream& stream = inflater.stream();
    std::vector<Bytef> piece(kPiece);
    std::string out;
    for (int state = Z_OK; state != Z_STREAM_END;) {
        if (stream.avail_in == 0) {
            const std::string_view next = packed.substr(0, kPiece);
            packed.remove_prefix(next.size());
            stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(next.data()));
            stream.avail_in = static_cast<uInt>(next.size());
        }
        stream.next_out = piece.data();
        stream.avail_out = static_cast<uInt>(piece.size());
        state = inflate(&stream, Z_NO_FLUSH);
        if (state == Z_BUF_ERROR) return refused("it is cut short");
        if (state != Z_OK && state != Z_STREAM_END)
            return refused(fmt::format("it is damaged ({})", stream.msg != nullptr ? stream.msg : "gzip"));
        const std::size_t got = piece.size() - stream.avail_out;
        if (got > limits.most_bytes - out.size()) return too_large(limits);
        out.append(reinterpret_cast<const char*>(piece.data()), got);
    }
    if (stream.avail_in + packed.size() != 0) return refused("expected its end, found more bytes");
    return out;
}

struct FreeArchive {
    void operator()(archive* reader) const { archive_read_free(reader); }
};
using Reader = std::unique_ptr<archive, FreeArchive>;

Error damaged(archive* reader) {
    const char* why = archive_error_string(reader);
    return refused(fmt::format("it is damaged ({})", why != nullptr ? why : "tar"));
}

// The whole content of the entry at which the reader stands. `left`: bytes that it may have, holes of sparse files
// included, and those that may follow.
Outcome<std::string> content(archive* reader, const UnpackLimits& limits, std::size_t& left) {
    std::vector<char> piece(kPiece);
    std::string out;
    la_ssize_t got = 0;
    while ((got = archive_read_data(reader, piece.data(), piece.size())) > 0) {
        const auto size = static_cast<std::size_t>(got);
        if (size > left) return too_large(limits);
        left -= size;
        out.append(piece.data(), size);
    }
    if (got < 0) return damaged(reader);
    return out;
}

Outcome<std::string> name_of(archive_entry* entry) {
    const char* path = archive_entry_pathname(entry);
    if (path == nullptr) return refused("an entry has no name that can be read");
    std::string_view name = path;
    while (name.starts_with("./")) name.remove_prefix(2);
    if (name.size() > kLongestName) return refused(fmt::format("a name of {} bytes is too long", name.size()));
    return std::string(name);
}

Outcome<void> take(archive* reader, archive_entry* entry, const UnpackLimits& limits, std::size_t& left,
                   std::map<std::string, std::string>& files) {
    if (archive_entry_filetype(entry) == AE_IFDIR) return {};
    Outcome<std::string> name = name_of(entry);
    if (!name) return name.error();
    const bool linked = archive_entry_hardlink(entry) != nullptr;
    if (archive_entry_filetype(entry) != AE_IFREG || linked || name->empty())
        return refused(fmt::format("{} is not a plain file", in_quotes(*name)));
    if (files.contains(*name)) return refused(fmt::format("{} stands in it twice", in_quotes(*name)));
    Outcome<std::string> bytes = content(reader, limits, left);
    if (!bytes) return bytes.error();
    files.emplace(std::move(*name), std::move(*bytes));
    return {};
}

// libarchive also takes the end of the bytes for the end: without a checksum a tar cut between two files would pass.
bool ends_as_it_should(archive* reader, std::string_view tar) {
    const la_int64_t at = archive_read_header_position(reader);
    if (at < 0 || static_cast<std::size_t>(at) > tar.size()) return false;
    const std::string_view end = tar.substr(static_cast<std::size_t>(at));
    return end.size() >= kTarEnd && end.find_first_not_of('\0') == end.npos;
}

Outcome<std::map<std::string, std::string>> unpack_tar(std::string_view tar, const UnpackLimits& limits) {
    const Reader reader(archive_read_new());
    if (!reader || archive_read_support_format_tar(reader.get()) != ARCHIVE_OK ||
        archive_read_open_memory(reader.get(), tar.data(), tar.size()) != ARCHIVE_OK)
        return reader ? damaged(reader.get()) : refused("libarchive cannot begin to read");
    std::map<std::string, std::string> out;
    std::size_t left = limits.most_bytes;
    for (std::size_t entries = 0;; ++entries) {
        archive_entry* entry = nullptr;
        const int state = archive_read_next_header(reader.get(), &entry);
        if (state == ARCHIVE_EOF && !ends_as_it_should(reader.get(), tar)) return refused("its end is missing");
        if (state == ARCHIVE_EOF) return out;
        if (state != ARCHIVE_OK) return damaged(reader.get());
        if (entries == limits.most_entries)
            return refused(fmt::format("expected at most {} entries, found more", limits.most_entries));
        if (auto taken = take(reader.get(), entry, limits, left, out); !taken) return taken.error();
    }
}

}  // namespace

Outcome<std::map<std::string, std::string>> unpack_tar_gz(std::string_view bytes, const UnpackLimits& limits) {
    if (bytes.starts_with(kGzipMagic)) {
        const Outcome<std::string> tar = inflated(bytes, limits);
        if (!tar) return tar.error();
        return unpack_tar(*tar, limits);
    }
    if (bytes.size() < kTarEnd) return refused("it is cut short");
    if (bytes.size() > limits.most_bytes) return too_large(limits);
    return unpack_tar(bytes, limits);
}

}  // namespace retort::train
