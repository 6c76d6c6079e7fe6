// What a model server says that it used, found in the JSON of its answers as they pass by: of all else nothing is kept.
// Pure; any bytes in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace retort::gateway {

// Reads documents one after another, each in pieces of any length. What counts is the member "usage" of the outermost
// object, or of its "response" or "message", with the names of tokens that OpenAI's APIs and Anthropic's have. Where
// several documents have one, as the events of a stream may, the most that was said of each direction counts.
class UsageScan {
  public:
    void read(std::string_view json);
    void end_document();

    std::optional<std::int64_t> tokens() const;  // in and out; none: nothing was said
    std::int64_t tokens_in() const { return in_; }
    std::int64_t contents() const;  // documents with "choices" or a "delta": pieces of a streamed answer

  private:
    std::size_t read_string(std::string_view json);
    void read_mark(char mark);
    void name_ended();
    void opened(bool object);
    void closed();
    void keep(std::string_view text);
    void take_usage();

    // Of the document
    std::uint64_t depth_ = 0;  // brackets that are open
    bool in_string_ = false;
    bool escaped_ = false;          // the next character of the string
    bool inside_ = false;           // the outermost object's "response" or "message"
    bool has_content_ = false;      // it is a piece of an answer
    std::string name_;              // the last string, or its beginning
    std::string key_;               // of the value that stands here, near the top
    std::uint64_t usage_from_ = 0;  // the depth inside of the usage; 0: it is not open
    std::string usage_;

    // Of all documents
    bool said_ = false;
    std::int64_t in_ = 0;
    std::int64_t out_ = 0;
    std::int64_t total_ = 0;
    std::int64_t contents_ = 0;
};

}  // namespace retort::gateway
