#include "report_page.h"

#include <cstddef>

// The assembler takes the file in as it is: as an array of numbers it would cost seconds of compile time.
asm(".pushsection .rodata\n"
    ".hidden retort_report_page_begin\n"
    ".global retort_report_page_begin\n"
    "retort_report_page_begin:\n"
    ".incbin \"" RETORT_REPORT_PAGE
    "\"\n"
    ".hidden retort_report_page_end\n"
    ".global retort_report_page_end\n"
    "retort_report_page_end:\n"
    ".byte 0\n"
    ".popsection\n");

extern "C" const char retort_report_page_begin[];
extern "C" const char retort_report_page_end[];

namespace retort {

std::string_view report_page() {
    return {retort_report_page_begin, static_cast<std::size_t>(retort_report_page_end - retort_report_page_begin)};
}

}  // namespace retort
