// The page of a report, as it is built from web/report/ and committed as web/report/dist/report.html. It is a template:
// web/report/src/data.ts says what takes the place of its two comments. Any thread.
#pragma once

#include <string_view>

namespace retort {

// UTF-8, about 350 KB, lives as long as the program.
std::string_view report_page();

}  // namespace retort
