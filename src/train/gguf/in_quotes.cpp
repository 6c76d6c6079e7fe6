#include "train/gguf/in_quotes.h"

#include <algorithm>

#include "base/text.h"

namespace retort::train {

std::string in_quotes(std::string_view name) {
    constexpr std::size_t kMost = 200;  // bytes
    std::string out = valid_utf8(utf8_prefix(name, kMost));
    std::replace_if(out.begin(), out.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; }, '?');
    return "\"" + out + (name.size() > kMost ? "...\"" : "\"");
}

}  // namespace retort::train
