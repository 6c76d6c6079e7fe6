// The live page of the gateway, as it is built from web/live/ and committed as web/live/dist/live.html. It is served as
// it is; web/live/src/contract.ts says what it asks the gateway for. Any thread.
#pragma once

#include <string_view>

namespace retort {

// UTF-8, about 60 KB, lives as long as the program.
std::string_view live_page();

}  // namespace retort
