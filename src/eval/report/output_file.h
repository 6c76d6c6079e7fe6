// A file that appears whole or not at all: it is written beside its place and takes it at the end. One thread at a
// time.
#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"

namespace retort {

class OutputFile {
  public:
    // "-" is standard output. A file that is there is replaced by commit(), not before; a device is written at once.
    static Outcome<OutputFile> create(const std::string& path);

    OutputFile(OutputFile&&) = default;
    OutputFile& operator=(OutputFile&&) = delete;
    ~OutputFile();  // without commit() nothing is left behind

    // The first failure is kept and told by commit(); nothing is written after it.
    void write(std::string_view bytes);
    bool failed() const { return failure_ != 0; }

    // ErrorKind::file, with the system's reason (a full disk, no permission).
    Outcome<void> commit();

  private:
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    OutputFile(std::string path, std::string temporary, std::unique_ptr<std::FILE, Close> file);
    Error error() const;

    std::string path_;
    std::string temporary_;  // empty: written in place, or committed
    std::unique_ptr<std::FILE, Close> file_;
    int failure_ = 0;  // errno
};

}  // namespace retort
