// Prints the tokens of each random string, a line each: what tokenizer_reference.py compares.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdio>

#include "train/gguf/metadata.h"
#include "train/random_strings.h"

int main() {
    using namespace retort::train;
    const auto metadata = bpe_metadata(RETORT_TEST_TOKENIZER "/tokenizer.json", "dump");
    if (!metadata) {
        fmt::print(stderr, "{}\n", metadata.error().message);
        return 1;
    }
    for (std::uint64_t i = 0; i < test::kRandomStrings; ++i)
        fmt::print("{}\n", fmt::join((*metadata)->vocabulary().plain(test::random_string(i)), " "));
    return 0;
}
