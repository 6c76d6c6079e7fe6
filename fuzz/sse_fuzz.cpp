// An event stream, cut where the input says: the same events as in one piece, and never more than the bound.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "model/http/sse_parser.h"

namespace {

constexpr std::size_t kBound = 256;

struct Parsed {
    std::vector<std::string> events;
    bool fine = true;
    bool operator==(const Parsed&) const = default;
};

// Cut into pieces of `piece` bytes.
Parsed parse(std::string_view stream, std::size_t piece) {
    retort::SseParser parser(kBound);
    Parsed out;
    const auto take = [&](const retort::SseEvent& event) {
        if (event.data.size() > kBound || event.name.size() > kBound) std::abort();
        out.events.push_back(std::string(event.name) + "\n" + std::string(event.data));
    };
    while (!stream.empty() && out.fine) {
        out.fine = parser.feed(stream.substr(0, piece), take);
        stream.remove_prefix(std::min(piece, stream.size()));
    }
    if (out.fine) parser.finish(take);
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::size_t piece = 1 + data[0] % 16;
    const std::string_view stream(reinterpret_cast<const char*>(data) + 1, size - 1);
    const Parsed cut = parse(stream, piece);
    const Parsed bytes = parse(stream, 1);
    if (!(cut == bytes)) std::abort();
    return 0;
}
