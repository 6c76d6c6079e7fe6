// JSON as a stream of events, for answers that are long lists of numbers and little else: those it reads several times
// as fast as a general parser. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

namespace retort::train::tinker {

// What hears of each part in turn. False of any: the reading ends there.
class JsonEvents {
  public:
    JsonEvents() = default;
    JsonEvents(const JsonEvents&) = delete;
    JsonEvents& operator=(const JsonEvents&) = delete;
    virtual ~JsonEvents() = default;
    virtual bool null() = 0;
    virtual bool boolean(bool value) = 0;
    virtual bool number(double value) = 0;
    virtual bool string(std::string value) = 0;
    virtual bool key(std::string value) = 0;  // its value is next
    virtual bool begin(bool list) = 0;        // else an object
    virtual bool end() = 0;                   // of what began last
};

// False: it is no JSON, a number in it is beyond what a double can hold, or it is nested deeper than any answer, and
// `why` says what; or `events` wanted no more, and `why` stays as it is. Strings are valid UTF-8.
bool read_json(std::string_view text, JsonEvents& events, std::string& why);

}  // namespace retort::train::tinker
