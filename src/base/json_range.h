// For JSON of files whose whole numbers are converted as they are read: nlohmann's reader makes a float of a whole
// number beyond 64 bits, and converting that has no defined value.
#pragma once

#include <cmath>
#include <cstdint>

namespace retort {

// A callback of Json::parse: throws its out_of_range for a float that no 64 bits hold. Any thread.
template <class Json>
bool within_64_bits(int /*depth*/, typename Json::parse_event_t event, Json& value) {
    constexpr double kBound = 9.2e18;  // a little below 2^63
    if (event == Json::parse_event_t::value && value.is_number_float() &&
        !(std::abs(value.template get<double>()) < kBound))
        throw Json::out_of_range::create(406, "a number of more than 64 bits", nullptr);
    return true;
}

}  // namespace retort
