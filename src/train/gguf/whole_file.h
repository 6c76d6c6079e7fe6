// A file that is whole or not there: written beside its place, synced, renamed. Not public.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "base/error.h"

namespace retort::train {

// Errors name the path and the bytes that are free there. What was there before stays until commit().
class WholeFile {
  public:
    static Outcome<WholeFile> create(const std::string& path);
    WholeFile(WholeFile&& other) noexcept;
    WholeFile& operator=(WholeFile&&) = delete;

    // Removes what was written, unless it was committed.
    ~WholeFile();

    Outcome<void> write(std::span<const std::byte> bytes);

    // Zeros up to the next multiple of `alignment` bytes.
    Outcome<void> pad(std::size_t alignment);

    // Puts the file into its place, for good also where the machine fails next.
    Outcome<void> commit();

  private:
    WholeFile(std::string path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}
    std::string part() const { return path_ + ".part"; }
    Error failure(int error) const;
    Outcome<void> sync_folder() const;

    std::string path_;
    int descriptor_ = -1;
    std::size_t written_ = 0;  // bytes
};

}  // namespace retort::train
