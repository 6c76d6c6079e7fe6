#include "cli/serve_file.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <map>
#include <vector>

#include "cli/table_rows.h"

namespace retort::cli {
namespace {

using gateway::GatewayRules;
using gateway::KeyOptions;
using gateway::UpstreamOptions;
using Known = std::vector<std::string_view>;

constexpr std::size_t kHashDigits = 64;
// Of the empty text.
constexpr std::string_view kHashOfNothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

class ServeReader {
  public:
    ServeReader(std::string name, const Environment& environment) : name_(std::move(name)), environment_(environment) {}

    ServeFile read(const toml::table& table) {
        expect_only(table, {"listen", "model", "operator", "offered", "origins", "most_runs", "tls", "journal", "roles",
                            "aliases", "upstream", "in_process", "key"});
        out_.listen = text(table, "listen");
        GatewayRules& rules = out_.rules;
        rules.model = text(table, "model").value_or("");
        rules.operator_name = text(table, "operator").value_or("");
        rules.offered = texts(table, "offered");
        rules.origins = texts(table, "origins");
        rules.most_runs = static_cast<std::size_t>(number(table, "most_runs", 1, static_cast<double>(rules.most_runs)));
        if (const auto* tls = sub_table(table, "tls")) read_tls(*tls);
        if (const auto* journal = sub_table(table, "journal")) read_journal(*journal);
        if (const auto* roles = sub_table(table, "roles")) read_roles(*roles);
        if (const auto* aliases = sub_table(table, "aliases"))
            for (const auto& [alias, node] : *aliases)
                rules.aliases[std::string(alias.str())] = text_of(node, alias.str());
        for (const toml::table* row : rows(table, "upstream")) {
            rules.upstreams.push_back(upstream_of(*row));
            expect_new_name(rules.upstreams.back(), *row);
        }
        for (const toml::table* row : rows(table, "in_process")) {
            expect_only(*row, {"model", "name"});
            out_.in_process.push_back({needed(*row, "model"), text(*row, "name").value_or("")});
        }
        for (const toml::table* row : rows(table, "key")) rules.keys.push_back(key_of(*row));
        return std::move(out_);
    }

  private:
    [[noreturn]] void fail(const toml::node& node, const std::string& what) const {
        throw ErrorException(row_fault(name_, node, what));
    }

    // At the key, which is there.
    [[noreturn]] void fail_at(const toml::table& table, std::string_view key, const std::string& what) const {
        fail(*table.get(key), fmt::format("{}: {}", key, what));
    }

    void expect_only(const toml::table& table, const Known& known) const {
        if (const auto error = unknown_key(table, known, name_)) throw ErrorException(*error);
    }

    std::string text_of(const toml::node& node, std::string_view key) const {
        const auto value = node.value_exact<std::string>();
        if (!value || value->empty()) fail(node, fmt::format("{}: expected a text", key));
        return *value;
    }

    std::optional<std::string> text(const toml::table& table, std::string_view key) const {
        const toml::node* node = table.get(key);
        return node == nullptr ? std::nullopt : std::optional<std::string>(text_of(*node, key));
    }

    std::string needed(const toml::table& table, std::string_view key) const {
        const auto value = text(table, key);
        if (!value) fail(table, fmt::format("expected {} = \"...\"", key));
        return *value;
    }

    std::vector<std::string> texts(const toml::table& table, std::string_view key) const {
        std::vector<std::string> out;
        const toml::node* node = table.get(key);
        if (node == nullptr) return out;
        if (node->as_array() == nullptr) fail(*node, fmt::format("{}: expected a list of texts", key));
        for (const toml::node& one : *node->as_array()) out.push_back(text_of(one, key));
        return out;
    }

    double number(const toml::table& table, std::string_view key, double least, double otherwise) const {
        const toml::node* node = table.get(key);
        if (node == nullptr) return otherwise;
        const auto value = node->value<double>();
        if (!value || !(*value >= least)) fail(*node, fmt::format("{}: expected a number of at least {}", key, least));
        return *value;
    }

    const toml::table* sub_table(const toml::table& table, std::string_view key) const {
        const toml::node* node = table.get(key);
        if (node == nullptr) return nullptr;
        if (node->as_table() == nullptr) fail(*node, fmt::format("{}: expected a table, as in [{}]", key, key));
        return node->as_table();
    }

    std::vector<const toml::table*> rows(const toml::table& table, std::string_view key) const {
        std::vector<const toml::table*> out;
        const toml::node* node = table.get(key);
        if (node == nullptr) return out;
        const auto* all = node->as_array();
        if (all == nullptr) fail(*node, fmt::format("{}: expected tables, as in [[{}]]", key, key));
        for (const toml::node& row : *all) {
            if (row.as_table() == nullptr) fail(row, fmt::format("{}: expected tables, as in [[{}]]", key, key));
            out.push_back(row.as_table());
        }
        return out;
    }

    void read_tls(const toml::table& table) {
        expect_only(table, {"certificate", "key"});
        out_.tls = gateway::TlsFiles{needed(table, "certificate"), needed(table, "key")};
    }

    void read_journal(const toml::table& table) {
        expect_only(table, {"keep", "file", "days", "bytes"});
        ServeJournal& journal = out_.journal;
        const std::string keep = text(table, "keep").value_or("metrics");
        if (keep != "off" && keep != "metrics" && keep != "full")
            fail_at(table, "keep", fmt::format("expected off, metrics or full, found \"{}\"", keep));
        journal.keep = keep_from(keep);
        journal.file = text(table, "file").value_or("");
        journal.days = number(table, "days", 0, journal.days);
        journal.bytes = static_cast<std::int64_t>(number(table, "bytes", 0, static_cast<double>(journal.bytes)));
    }

    void read_roles(const toml::table& table) {
        expect_only(table, {"distill", "judge", "final"});
        out_.rules.roles = {text(table, "distill").value_or(""), text(table, "judge").value_or(""),
                            text(table, "final").value_or("")};
    }

    UpstreamOptions upstream_of(const toml::table& row) const {
        expect_only(row, {"name", "url", "api_key_env", "dialect", "models", "weight", "in_flight", "tokens_per_minute",
                          "health"});
        UpstreamOptions out;
        out.origin.url = needed(row, "url");
        out.model.base_url = out.origin.url;
        out.name = text(row, "name").value_or("");
        if (const auto variable = text(row, "api_key_env")) {
            out.model.api_key_variable = *variable;
            out.model.api_key = environment_(*variable).value_or("");
            if (out.model.api_key.empty())
                fail_at(row, "api_key_env", fmt::format("the variable {} is not set or empty", *variable));
        }
        if (const auto dialect = text(row, "dialect"); dialect && *dialect != "auto") {
            out.model.dialect = dialect_named(*dialect);
            if (!out.model.dialect) fail_at(row, "dialect", fmt::format("there is no \"{}\"", *dialect));
        }
        out.models = texts(row, "models");
        out.weight = number(row, "weight", 0.001, out.weight);
        out.in_flight = static_cast<std::size_t>(number(row, "in_flight", 1, static_cast<double>(out.in_flight)));
        out.tokens_per_minute = number(row, "tokens_per_minute", 0, 0);
        out.health = text(row, "health").value_or("");
        if (!out.health.empty() && !out.health.starts_with('/'))
            fail_at(row, "health", "expected a path, as in \"/health\"");
        return out;
    }

    // Metrics, logs and the choice of a server know it by its name alone: without one, by its address.
    void expect_new_name(const UpstreamOptions& upstream, const toml::table& row) {
        const std::string name = upstream.name.empty() ? without_credentials(upstream.origin.url) : upstream.name;
        const toml::node* said = row.get(upstream.name.empty() ? "url" : "name");
        const auto [known, is_new] = upstream_lines_.emplace(name, said->source().begin.line);
        if (!is_new)
            fail(*said,
                 fmt::format("two servers are called \"{}\", here and at line {}: give one another name = \"...\"",
                             name, known->second));
    }

    KeyOptions key_of(const toml::table& row) const {
        expect_only(row, {"name", "sha256", "requests_per_minute", "tokens_per_minute", "concurrent", "admin"});
        KeyOptions out;
        out.name = needed(row, "name");
        out.sha256 = needed(row, "sha256");
        const bool is_hash =
            out.sha256.size() == kHashDigits && out.sha256.find_first_not_of("0123456789abcdef") == std::string::npos;
        if (!is_hash)
            fail_at(row, "sha256", "expected the key's hash, 64 digits as `printf %s KEY | sha256sum` prints them");
        if (out.sha256 == kHashOfNothing)
            fail_at(row, "sha256",
                    "this is the hash of an empty text, which is no key: was the variable set in `printf %s \"$KEY\" | "
                    "sha256sum`?");
        out.requests_per_minute = number(row, "requests_per_minute", 0, 0);
        out.tokens_per_minute = number(row, "tokens_per_minute", 0, 0);
        out.concurrent = static_cast<int>(number(row, "concurrent", 0, 0));
        if (const toml::node* admin = row.get("admin")) {
            if (!admin->is_boolean()) fail(*admin, "admin: expected true or false");
            out.admin = admin->as_boolean()->get();
        }
        return out;
    }

    const std::string name_;
    const Environment& environment_;
    ServeFile out_;
    std::map<std::string, toml::source_index> upstream_lines_;  // where each name stands
};

}  // namespace

std::optional<gateway::Keep> keep_from(const std::string& word) {
    if (word == "metrics") return gateway::Keep::metrics;
    if (word == "full") return gateway::Keep::full;
    return std::nullopt;
}

Outcome<ServeFile> parse_serve_file(const std::string& name, const std::string& text, const Environment& environment) {
    try {
        return ServeReader(name, environment).read(toml::parse(text));
    } catch (const toml::parse_error& error) {
        return Error{ErrorKind::usage,
                     fmt::format("{}:{}: not TOML: {}", name, error.source().begin.line, error.description())};
    } catch (const ErrorException& error) {
        return error.error();
    }
}

std::vector<std::string> wanting_a_new_start(const ServeFile& started, const ServeFile& now) {
    std::vector<std::string> out;
    if (started.listen != now.listen) out.emplace_back("listen");
    if (started.tls.has_value() != now.tls.has_value()) out.emplace_back("[tls]");
    if (started.journal != now.journal) out.emplace_back("[journal]");
    if (started.in_process != now.in_process) out.emplace_back("[[in_process]]");
    return out;
}

}  // namespace retort::cli
