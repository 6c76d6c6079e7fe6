// File descriptors that close themselves. All are close-on-exec: other threads may start programs. Not public.
#pragma once

#include <string_view>
#include <utility>

namespace retort {

class Descriptor {
  public:
    Descriptor() = default;
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    ~Descriptor() { reset(); }

    int get() const { return number_; }
    explicit operator bool() const { return number_ >= 0; }
    void reset();

  private:
    int number_ = -1;
};

struct Pipe {
    Descriptor read, write;
};

// Both ends or none.
Pipe make_pipe();

// A file in memory that holds the content, to be read from its beginning; invalid where there is no room. One that is
// not empty can no longer be changed.
Descriptor memory_file(std::string_view content);

}  // namespace retort
