#include "live_page.h"

#include <cstddef>

// The assembler takes the file in as it is: as an array of numbers it would cost seconds of compile time.
asm(".pushsection .rodata\n"
    ".hidden retort_live_page_begin\n"
    ".global retort_live_page_begin\n"
    "retort_live_page_begin:\n"
    ".incbin \"" RETORT_LIVE_PAGE
    "\"\n"
    ".hidden retort_live_page_end\n"
    ".global retort_live_page_end\n"
    "retort_live_page_end:\n"
    ".byte 0\n"
    ".popsection\n");

extern "C" const char retort_live_page_begin[];
extern "C" const char retort_live_page_end[];

namespace retort {

std::string_view live_page() {
    return {retort_live_page_begin, static_cast<std::size_t>(retort_live_page_end - retort_live_page_begin)};
}

}  // namespace retort
