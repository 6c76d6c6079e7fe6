// Examples as a model reads them: rendered by the chat template, in the words of the tokenizer.
#pragma once

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "train/tasks/teacher.h"

namespace retort::test {

inline constexpr std::uint64_t kExamples = 3000;
inline constexpr std::string_view kForced = "\n</think>\n\n";  // what ends a thinking that was cut off

// Made once: it goes through all problems.
inline const train::Teacher& countdown_teacher() {
    static const std::unique_ptr<train::Teacher> teacher = std::move(train::make_teacher("countdown")).value();
    return *teacher;
}

inline std::string rendered(const std::vector<Message>& messages) {
    std::string out;
    for (const Message& message : messages)
        out += "<|im_start|>" + message.role + "\n" + message.content + "<|im_end|>\n";
    return messages.empty() ? out : out + "<|im_start|>assistant\n<think>\n";
}

inline std::string written(const train::Example& example) {
    std::string out;
    for (const train::Span& span : example.completion) out += span.text;
    return out;
}

inline std::string reasoning_of(const train::Example& example) {
    const std::string text = written(example);
    return text.substr(0, text.find("</think>"));
}

inline std::string answer_of(const train::Example& example) {
    std::string text = written(example);
    text.erase(0, text.find("</think>") + 8);
    return text.substr(std::min(text.find_first_not_of('\n'), text.size()));
}

using ExamplesByKind = std::map<std::string, std::vector<train::Example>>;

// From all of the training.
inline ExamplesByKind examples_of(const train::Teacher& teacher) {
    ExamplesByKind out;
    for (std::uint64_t i = 0; i < kExamples; ++i) {
        train::Example one = teacher.example(7, i, static_cast<double>(i) / kExamples);
        out[one.kind].push_back(std::move(one));
    }
    return out;
}

// The numbers in a text, but for those in names such as a1.
inline std::vector<int> numbers_in(const std::string& text) {
    std::vector<int> out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (!isdigit(static_cast<unsigned char>(text[at]))) continue;
        std::size_t size = 0;
        const int number = std::stoi(text.substr(at), &size);
        if (at == 0 || !isalpha(static_cast<unsigned char>(text[at - 1]))) out.push_back(number);
        at += size;
    }
    return out;
}

// The longest word that matches is the next token, as in llama.cpp's tokenizer of this kind.
class Tokenizer {
  public:
    explicit Tokenizer(const train::Teacher& teacher) {
        for (std::string& word : teacher.words()) add(std::move(word));
        add("<think>");
        add("</think>");
    }

    // "?" for a byte that begins no word.
    std::vector<std::string> tokens(std::string_view text) const {
        std::vector<std::string> out;
        while (!text.empty()) {
            const auto fits = [&](std::size_t size) { return words_.contains(text.substr(0, size)); };
            const auto found = std::find_if(sizes_.rbegin(), sizes_.rend(), fits);
            const std::size_t size = found == sizes_.rend() ? 0 : std::min(*found, text.size());
            out.emplace_back(size == 0 ? "?" : text.substr(0, size));
            text.remove_prefix(std::max<std::size_t>(size, 1));
        }
        return out;
    }

  private:
    void add(std::string word) {
        sizes_.insert(word.size());
        words_.insert(std::move(word));
    }

    std::set<std::string, std::less<>> words_;
    std::set<std::size_t> sizes_;
};

inline std::vector<std::string> split_at_blanks(const std::string& text) {
    std::istringstream in(text);
    std::vector<std::string> out;
    for (std::string word; in >> word;) out.push_back(word);
    return out;
}

}  // namespace retort::test
