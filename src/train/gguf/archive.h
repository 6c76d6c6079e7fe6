// Files out of a tar archive, whether gzip has packed it or not.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "base/error.h"

namespace retort::train {

// What an archive from someone else may take of memory: a small one may hold endless bytes.
struct UnpackLimits {
    std::size_t most_bytes = std::size_t{1} << 30;  // unpacked, heads and padding of entries included
    std::size_t most_entries = 64;                  // folders included
};

// Servers call either form tar.gz: what it is shows in its first bytes. Contents by name ("adapter_config.json"; a
// leading "./" goes). Nothing is written to a disk. Folders are passed over; links, devices and a name that stands
// twice are errors, as are a damaged checksum and bytes after the end. Errors (ErrorKind::model) say what was found.
// Any thread.
Outcome<std::map<std::string, std::string>> unpack_tar_gz(std::string_view bytes, const UnpackLimits& limits = {});

}  // namespace retort::train
