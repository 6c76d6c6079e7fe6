// Any bytes as safetensors: as they are, and as a header of the right length before eight bytes of values. What is read
// takes no more values than there are bytes, as many as its shapes say, and has names of its own.
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>

#include "train/gguf/safetensors.h"

namespace {

using namespace retort::train;

void check(bool holds) {
    if (!holds) std::abort();
}

void read(const std::string& bytes) {
    const auto tensors = read_safetensors(bytes);
    if (!tensors) return check(!tensors.error().message.empty() && tensors.error().message.size() < 1000);
    std::size_t all = 0;
    std::set<std::string> names;
    for (const NamedTensor& tensor : *tensors) {
        std::size_t count = 1;
        for (const std::int64_t size : tensor.shape) count *= static_cast<std::size_t>(size);
        check(count == tensor.values.size());
        check(names.insert(tensor.name).second);
        all += count;
    }
    check(2 * all <= bytes.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string bytes(reinterpret_cast<const char*>(data), size);
    read(bytes);
    std::string whole;
    for (int shift = 0; shift < 64; shift += 8) whole += static_cast<char>(std::uint64_t{size} >> shift & 255);
    read(whole + bytes + std::string(8, '\x3C'));
    return 0;
}
