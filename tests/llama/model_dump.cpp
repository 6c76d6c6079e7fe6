// What a model's tokenizer and a chat template make of texts: what scripts/check-tokenizers.py compares.
//
//     model_dump tokens VOCABULARY.gguf              reads JSON strings, a line each
//     model_dump chats VOCABULARY.gguf TEMPLATE      reads {"messages": [{"role", "content"}...], "think": true or
//     false}
//
// Writes an object for each line. Of a string: the ids as plain text and as a template's text, and what the pieces of
// either come to. Of a conversation: ids, text and whether it ends inside the reasoning, or the error; before them one
// line with what there is to know of the template. Text that is no UTF-8 is written with U+FFFD.
#include <fmt/format.h>

#include <cstdio>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>

#include "model/llama/tokenizer.h"

namespace retort::llama {
namespace {

using nlohmann::json;

std::string text_of(const Vocabulary& vocabulary, const std::vector<TokenId>& tokens) {
    std::string out;
    for (const TokenId token : tokens) out += vocabulary.piece(token, true);
    return out;
}

void write(const json& value) {
    fmt::print("{}\n", value.dump(-1, ' ', true, json::error_handler_t::replace));
}

template <class Answer>
void answer_lines(Answer answer) {
    for (std::string line; std::getline(std::cin, line);) write(answer(json::parse(line)));
}

json tokens_of(const Vocabulary& vocabulary, const std::string& text) {
    const std::vector<TokenId> plain = vocabulary.plain(text);
    const std::vector<TokenId> control = vocabulary.control(text);
    return {{"plain", plain},
            {"plain_text", text_of(vocabulary, plain)},
            {"control", control},
            {"control_text", text_of(vocabulary, control)}};
}

json chat_of(const Vocabulary& vocabulary, const ChatPrompt& chat, const json& asked) {
    std::vector<Message> messages;
    for (const json& message : asked.at("messages")) messages.push_back({message.at("role"), message.at("content")});
    const Outcome<RenderedPrompt> rendered = chat.render(messages, asked.at("think"));
    if (!rendered) return {{"error", rendered.error().message}};
    return {{"ids", rendered->tokens},
            {"text", text_of(vocabulary, rendered->tokens)},
            {"inside_reasoning", rendered->inside_reasoning}};
}

json about(const Vocabulary& vocabulary, const ChatPrompt& chat) {
    const auto piece = [&](TokenId token) { return token < 0 ? std::string() : vocabulary.piece(token, true); };
    json out{{"note", chat.note()}, {"bos", piece(vocabulary.begin())}, {"eos", piece(vocabulary.end())}};
    if (chat.marks() != nullptr) out["marks"] = {chat.marks()->begin, chat.marks()->end};
    return out;
}

std::string whole(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw std::runtime_error("cannot read " + path);
    std::ostringstream out;
    out << file.rdbuf();
    return std::move(out).str();
}

int run(const std::vector<std::string>& words) {
    const bool tokens = words.size() == 2 && words[0] == "tokens";
    if (!tokens && !(words.size() == 3 && words[0] == "chats"))
        throw std::runtime_error("expected: tokens VOCABULARY.gguf, or chats VOCABULARY.gguf TEMPLATE");
    const auto tokenizer = Tokenizer::open(words[1]);
    if (!tokenizer) throw std::runtime_error(tokenizer.error().message);
    const Vocabulary& vocabulary = (*tokenizer)->vocabulary();
    if (tokens) {
        answer_lines([&](const json& text) { return tokens_of(vocabulary, text); });
        return 0;
    }
    const ChatPrompt chat(vocabulary, whole(words[2]));
    write(about(vocabulary, chat));
    answer_lines([&](const json& asked) { return chat_of(vocabulary, chat, asked); });
    return 0;
}

}  // namespace
}  // namespace retort::llama

int main(int count, char** words) {
    try {
        return retort::llama::run({words + 1, words + count});
    } catch (const std::exception& failure) {
        fmt::print(stderr, "model_dump: {}\n", failure.what());
        return 1;
    }
}
