// Any bytes as a checkpoint: as they are, and behind a head whose hash is right, so that what stands behind the hash is
// reached too.
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "base/hash.h"
#include "train/run/checkpoint.h"

namespace {

using namespace retort::train;

NetShape small_shape() {
    NetShape out;
    out.vocabulary = out.width = out.head_width = out.feed_forward = 2;
    out.layers = out.heads = out.kv_heads = 1;
    out.context = 8;
    return out;
}

std::string path_of_file() {
    static const std::string path =
        (std::filesystem::temp_directory_path() / ("checkpoint-fuzz-" + std::to_string(::getpid()))).string();
    static const int removed = std::atexit([] { std::filesystem::remove(path); });
    return removed == 0 ? path : std::string();
}

void read(const std::string& bytes) {
    const std::string path = path_of_file();
    std::filesystem::remove(path);  // not cut and written again, which some file systems put onto the disk at once
    std::ofstream(path, std::ios::binary) << bytes;
    const auto checkpoint = read_checkpoint(path, small_shape());
    if (!checkpoint && checkpoint.error().message.empty()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string bytes(reinterpret_cast<const char*>(data), size);
    read(bytes);
    // The line, then so many floats as the shape has.
    std::size_t floats = 0;
    for (const NamedTensor& tensor : tensors_of(small_shape())) {
        std::size_t count = 1;
        for (const std::int64_t n : tensor.shape) count *= static_cast<std::size_t>(n);
        floats += count;
    }
    const std::string body = bytes + "\n" + std::string(3 * floats * sizeof(float), '\x3f');
    read("retort checkpoint 3\n" + retort::sha256_hex(body) + "\n" + body);
    return 0;
}
