// JSON from servers that are not to be trusted: broken UTF-8, absurd numbers, missing fields. All functions are total.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace retort {

// A server may cut a token's bytes inside of a UTF-8 sequence and send the halves in two replies; such bytes are kept
// as private code points until text_of() gives them back, so that the halves can be joined. Discarded when it is no
// JSON.
nlohmann::json parse_json(std::string_view text);

// The string's bytes as the server sent them: not always whole UTF-8. Empty when it is no string.
std::string text_of(const nlohmann::json& value);

// Members that are missing or of another type give null, 0 or an empty string.
const nlohmann::json& member(const nlohmann::json& object, const char* key);
std::string string_member(const nlohmann::json& object, const char* key);
std::int64_t count_member(const nlohmann::json& object, const char* key);  // 0 .. 10^12

// One line for people, of at most `bytes` bytes: control characters out, white space folded, valid UTF-8.
std::string one_line(std::string_view text, std::size_t bytes = 300);

// JSON in one piece, whatever bytes the strings hold.
std::string to_body(const nlohmann::json& value);

// Joins pieces of text that were cut inside of a UTF-8 sequence.
class Utf8Joiner {
  public:
    // As much whole UTF-8 as there is.
    std::string push(std::string_view piece);
    // What is left cannot become whole any more.
    std::string finish();

  private:
    std::string tail_;
};

}  // namespace retort
