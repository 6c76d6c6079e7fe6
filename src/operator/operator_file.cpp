#include "operator/operator_file.h"

#include <fmt/format.h>

#include <toml++/toml.h>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/text.h"

namespace retort {
namespace {

constexpr std::size_t kMostRounds = 1000;
constexpr std::int64_t kMostVotes = 1000;  // and drafts of a group
constexpr std::uintmax_t kMostBytes = 1 << 20;
constexpr std::int64_t kMostTokens = 100'000'000;

// Reads typed values out of one table, remembers the first error, and in the end complains about keys nobody asked for.
class TableReader {
  public:
    TableReader(const toml::table& table, std::string where) : table_(table), where_(std::move(where)) {}

    void integer(std::string_view key, std::int64_t least, std::int64_t most,
                 const std::function<void(std::int64_t)>& use) {
        const toml::node* node = find(key);
        if (node == nullptr) return;
        const auto value = node->value_exact<std::int64_t>();
        if (!value || *value < least || *value > most)
            return fail(*node, fmt::format("{} must be a whole number from {} to {}", key, least, most));
        use(*value);
    }

    void string(std::string_view key, const std::function<void(const std::string&)>& use) {
        const toml::node* node = find(key);
        if (node == nullptr) return;
        const auto value = node->value_exact<std::string>();
        if (!value) return fail(*node, fmt::format("{} must be a string", key));
        use(*value);
    }

    const toml::node* find(std::string_view key) {
        known_.push_back(key);
        return table_.get(key);
    }

    void fail(const toml::node& node, const std::string& message) {
        if (!error_)
            error_ = Error{ErrorKind::usage, fmt::format("{}:{}: {}", where_, node.source().begin.line, message)};
    }

    std::optional<Error> finish() {
        for (const auto& [key, node] : table_) {
            if (std::find(known_.begin(), known_.end(), key.str()) != known_.end()) continue;
            const std::string_view near = nearest(key.str(), known_);
            fail(node, fmt::format("unknown key \"{}\"{}", key.str(),
                                   near.empty() ? fmt::format("; known are {}", fmt::join(known_, ", "))
                                                : fmt::format("; did you mean \"{}\"?", near)));
        }
        return error_;
    }

  private:
    const toml::table& table_;
    std::string where_;
    std::vector<std::string_view> known_;
    std::optional<Error> error_;
};

void read_distil(TableReader& reader, Distil& distil) {
    const toml::node* node = reader.find("distiller");
    if (node != nullptr) {
        const std::string text = node->value_exact<std::string>().value_or("");
        const auto kind = distiller_from(text);
        if (kind)
            distil.kind = *kind;
        else if (text == "none")
            distil.kind = DistillerKind::none;
        else if (text == "analysis")
            distil.kind = DistillerKind::analysis;
        else
            reader.fail(*node, fmt::format("distiller must be one of {}, analysis, none; found \"{}\"",
                                           fmt::join(distiller_names(), ", "), text));
    }
    reader.integer("k", 1, 100000, [&](std::int64_t value) { distil.k = static_cast<int>(value); });
    reader.integer("workspace", 0, kMostTokens, [&](std::int64_t value) { distil.workspace = value; });
    reader.string("distill_prompt", [&](const std::string& value) { distil.prompt = value; });
    reader.integer("distill_think", 0, kMostTokens, [&](std::int64_t value) { distil.think = value; });
    reader.integer("distill_max_answer", 1, kMostTokens, [&](std::int64_t value) { distil.max_answer = value; });
    reader.string("distill_model", [&](const std::string& value) { distil.model = value; });
}

template <class Step>
void read_call(TableReader& reader, Step& step) {
    reader.string("prompt", [&](const std::string& value) { step.prompt = value; });
    reader.integer("think", 0, kMostTokens, [&](std::int64_t value) { step.think = value; });
    reader.integer("max_answer", 1, kMostTokens, [&](std::int64_t value) { step.max_answer = value; });
    reader.string("model", [&](const std::string& value) { step.model = value; });
}

Outcome<Round> read_round(const toml::table& table, const std::string& where, const StepDefaults& defaults) {
    TableReader reader(table, where);
    Round round;
    round.think = defaults.think;
    round.max_answer = defaults.max_answer;
    read_call(reader, round);
    // A distiller's own calls have the limits of the round unless the file says otherwise.
    round.distil = {defaults.distiller, defaults.k, defaults.workspace, "", round.think, round.max_answer, ""};
    reader.integer("width", 1, 100000, [&](std::int64_t value) { round.width = static_cast<int>(value); });
    reader.integer("quorum", 1, 100000, [&](std::int64_t value) { round.quorum = static_cast<int>(value); });
    read_distil(reader, round.distil);
    if (const auto error = reader.finish()) return *error;
    return round;
}

Outcome<FinishStep> read_finish(const toml::table& table, const std::string& where, const StepDefaults& defaults) {
    TableReader reader(table, where);
    FinishStep finish;
    finish.think = defaults.think;
    finish.max_answer = defaults.max_answer;
    if (const toml::node* node = reader.find("kind")) {
        const std::string text = node->value_exact<std::string>().value_or("");
        const auto kind = finish_kind_from(text);
        if (!kind)
            reader.fail(
                *node,
                fmt::format(R"(kind must be "call", "vote", "vote-parts", "best" or "tournament", found "{}")", text));
        finish.kind = kind.value_or(finish.kind);
        finish.prompt = finish_prompt(finish.kind);
    }
    read_call(reader, finish);
    if (finish.kind == FinishKind::tournament) {
        reader.integer("group", 2, kMostVotes, [&](std::int64_t value) { finish.group = static_cast<int>(value); });
        reader.integer("votes", 1, kMostVotes, [&](std::int64_t value) { finish.votes = static_cast<int>(value); });
    }
    if (const auto error = reader.finish()) return *error;
    return finish;
}

Outcome<Schedule> read_schedule(const toml::table& table, const std::string& where, const StepDefaults& defaults) {
    TableReader reader(table, where);
    Schedule out;
    out.name = where;
    out.finish.think = defaults.think;
    out.finish.max_answer = defaults.max_answer;
    reader.string("name", [&](const std::string& value) { out.name = value; });

    if (const toml::node* node = reader.find("round")) {
        const toml::array* rounds = node->as_array();
        if (rounds == nullptr || !rounds->is_homogeneous(toml::node_type::table) || rounds->size() > kMostRounds) {
            reader.fail(*node, fmt::format("rounds are written as [[round]] tables, at most {}", kMostRounds));
        } else {
            for (const toml::node& element : *rounds) {
                const auto round = read_round(*element.as_table(), where, defaults);
                if (!round) return round.error();
                out.rounds.push_back(*round);
            }
        }
    }
    if (const toml::node* node = reader.find("finish")) {
        if (!node->is_table()) {
            reader.fail(*node, "the finish is written as a [finish] table");
        } else {
            const auto finish = read_finish(*node->as_table(), where, defaults);
            if (!finish) return finish.error();
            out.finish = *finish;
        }
    }
    if (const auto error = reader.finish()) return *error;
    if (out.finish.kind != FinishKind::call && out.rounds.empty())
        return Error{ErrorKind::usage,
                     fmt::format("{}: a {} needs at least one [[round]] to decide over", where,
                                 out.finish.kind == FinishKind::best ? "choice of the best" : name(out.finish.kind))};
    return out;
}

}  // namespace

Outcome<Schedule> parse_operator_file(std::string_view text, const std::string& name, const StepDefaults& defaults) {
    try {
        const toml::table table = toml::parse(text);
        return read_schedule(table, name, defaults);
    } catch (const toml::parse_error& error) {
        return Error{ErrorKind::usage,
                     fmt::format("{}:{}: not TOML: {}", name, error.source().begin.line, error.description())};
    }
}

Outcome<Schedule> load_operator_file(const std::string& path, const StepDefaults& defaults) {
    std::error_code missing;
    const std::uintmax_t bytes = std::filesystem::file_size(path, missing);
    if (missing)
        return Error{ErrorKind::usage, fmt::format("operator file {}: cannot be read: {}", path, missing.message())};
    if (bytes > kMostBytes) return Error{ErrorKind::usage, fmt::format("operator file {}: over 1 MiB", path)};
    std::ifstream file(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    return parse_operator_file(text, path, defaults);
}

}  // namespace retort
