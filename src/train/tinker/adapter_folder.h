// Adapters as folders that another server loads from.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace retort::train::tinker {

// The files of an archive (of a server; tar, by gzip or not) in a folder NAME of `root`, which is made where it is
// missing. Its path. Errors, after which nothing is left of it: a name that is no plain one, those of unpack_tar_gz()
// and fault_of_adapter(), files in folders of the archive, and those of the disk.
Outcome<std::string> put_adapter(const std::string& root, const std::string& name, std::string_view archive);

// What put_adapter() made; nothing happens where it is gone.
void remove_adapter(const std::string& root, const std::string& name);

}  // namespace retort::train::tinker
