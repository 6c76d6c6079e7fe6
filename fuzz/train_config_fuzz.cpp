// Any TOML as the configuration of a training run: read or refused with a reason, and what is written again is read as
// the same.
#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "train/run/config.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace retort::train;
    const std::string text(reinterpret_cast<const char*>(data), size);
    // Up to the first zero byte it is the file, the rest is one word.
    const std::size_t zero = std::min(text.find('\0'), text.size());
    std::vector<std::string> words;
    if (zero < text.size()) words.push_back(text.substr(zero + 1));
    const auto config = parse_config("fuzz", text.substr(0, zero), words);
    if (!config) {
        if (config.error().message.empty()) std::abort();
        return 0;
    }
    const auto again = parse_config("again", to_toml(*config), {});
    if (!again || to_toml(*again) != to_toml(*config)) std::abort();
    return 0;
}
