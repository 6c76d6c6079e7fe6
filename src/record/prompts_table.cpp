#include "record/prompts_table.h"

#include <cstring>

#include "base/hash.h"

namespace retort {
namespace {

constexpr std::size_t kKnownPrompts = 256;

const void* address(const Prompt& prompt) {
    return std::visit([](const auto& shared) -> const void* { return shared.get(); }, prompt);
}

std::string_view token_bytes(const std::vector<TokenId>& tokens) {
    return {reinterpret_cast<const char*>(tokens.data()), tokens.size() * sizeof(TokenId)};
}

}  // namespace

PromptsReader::PromptsReader(const Database& database)
    : hash_(database, "SELECT hash FROM prompt WHERE id=?"),
      parts_(database,
             "SELECT p.tokens, part.role, c.body FROM prompt p JOIN prompt_part part ON part.prompt=p.id "
             "JOIN content c ON c.id=part.content WHERE p.id=? ORDER BY part.n"),
      stored_(database,
              "SELECT p.hash, p.tokens, part.n, part.role, c.body FROM prompt p LEFT JOIN prompt_part part ON "
              "part.prompt=p.id LEFT JOIN content c ON c.id=part.content WHERE p.id=? ORDER BY part.n") {}

std::string PromptsReader::hash(PromptKey prompt) {
    if (!hash_.bind(prompt).step()) throw_corrupt("a call refers to a prompt that is missing");
    std::string out = hash_.text(0);
    hash_.reset();
    return out;
}

Prompt PromptsReader::read(PromptKey prompt) {
    std::vector<Message> messages;
    parts_.bind(prompt);
    while (parts_.step()) {
        if (parts_.integer(0) != 0) {
            std::vector<TokenId> tokens(parts_.bytes(2).size() / sizeof(TokenId));
            if (!tokens.empty()) std::memcpy(tokens.data(), parts_.bytes(2).data(), tokens.size() * sizeof(TokenId));
            parts_.reset();
            return std::make_shared<const std::vector<TokenId>>(std::move(tokens));
        }
        messages.push_back({parts_.text(1), parts_.text(2)});
    }
    parts_.reset();
    return std::make_shared<const std::vector<Message>>(std::move(messages));
}

StoredPrompt PromptsReader::stored(PromptKey prompt) {
    StoredPrompt out;
    bool found = false;
    stored_.bind(prompt);
    while (stored_.step()) {
        found = true;
        out.hash = stored_.text(0);
        out.tokens = stored_.integer(1) != 0;
        if (stored_.is_null(2)) continue;  // a prompt without parts
        if (stored_.is_null(4)) throw_corrupt("a part of a prompt is missing");
        out.parts.push_back({stored_.text(3), stored_.text(4)});
    }
    stored_.reset();
    if (!found) throw_corrupt("a call refers to a prompt that is missing");
    return out;
}

PromptsWriter::PromptsWriter(const Database& database)
    : find_prompt_(database, "SELECT id FROM prompt WHERE hash=?"),
      insert_prompt_(database, "INSERT INTO prompt(hash, tokens) VALUES(?,?) RETURNING id"),
      insert_part_(database, "INSERT INTO prompt_part(prompt, n, role, content) VALUES(?,?,?,?)"),
      find_content_(database, "SELECT id FROM content WHERE hash=?"),
      insert_content_(database, "INSERT INTO content(hash, body) VALUES(?,?) RETURNING id") {}

PromptKey PromptsWriter::put(const Prompt& prompt) {
    const void* at = address(prompt);
    if (const auto known = known_.find(at); at != nullptr && known != known_.end()) return known->second.key;
    const std::string hash = prompt_hash(prompt);
    PromptKey key = find(hash);
    if (key == 0) key = put_new(prompt, hash);
    if (known_.size() >= kKnownPrompts) known_.clear();
    if (at != nullptr) known_.insert_or_assign(at, Known{prompt, key});
    return key;
}

PromptKey PromptsWriter::put(const StoredPrompt& prompt) {
    if (const PromptKey known = find(prompt.hash); known != 0) return known;
    insert_prompt_.bind(prompt.hash, prompt.tokens).step();
    const PromptKey key = insert_prompt_.integer(0);
    insert_prompt_.run();
    int n = 0;
    for (const StoredPrompt::Part& part : prompt.parts)
        insert_part_.bind(key, n++, part.role, put_content(part.body)).run();
    return key;
}

PromptKey PromptsWriter::find(const std::string& hash) {
    const PromptKey key = find_prompt_.bind(hash).step() ? find_prompt_.integer(0) : 0;
    find_prompt_.reset();
    return key;
}

PromptKey PromptsWriter::put_new(const Prompt& prompt, const std::string& hash) {
    const auto* messages = std::get_if<Messages>(&prompt);
    insert_prompt_.bind(hash, messages == nullptr).step();
    const PromptKey key = insert_prompt_.integer(0);
    insert_prompt_.run();
    if (messages == nullptr) {
        if (const auto& tokens = std::get<TokenSequence>(prompt))
            insert_part_.bind(key, 0, "tokens", put_content(token_bytes(*tokens))).run();
        return key;
    }
    int n = 0;
    if (*messages != nullptr)
        for (const Message& message : **messages)
            insert_part_
                .bind(key, n++, message.role, put_content(message.json.empty() ? message.content : message.json))
                .run();
    return key;
}

std::int64_t PromptsWriter::put_content(std::string_view body) {
    const std::string hash = sha256_hex(body);
    std::int64_t key = 0;
    if (find_content_.bind(hash).step()) key = find_content_.integer(0);
    find_content_.reset();
    if (key != 0) return key;
    insert_content_.bind(hash, Blob{body}).step();
    key = insert_content_.integer(0);
    insert_content_.run();
    return key;
}

}  // namespace retort
