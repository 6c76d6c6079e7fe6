#include "cli/sweep_file.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "cli/settings.h"

namespace retort::cli {
namespace {

constexpr std::size_t kMostRuns = 10000;
constexpr std::int64_t kMostNumber = 100000;

using Values = std::map<std::string, std::string>;

class SweepReader {
  public:
    explicit SweepReader(std::string name) : name_(std::move(name)) {}

    SweepFile read(const toml::table& table) {
        static constexpr std::array<std::string_view, 7> kKeys = {"suite",    "samples", "concurrency", "journal",
                                                                  "settings", "grid",    "prices"};
        for (const auto& [key, node] : table)
            if (std::find(kKeys.begin(), kKeys.end(), key.str()) == kKeys.end())
                fail(node, unknown("key", key.str(), {kKeys.begin(), kKeys.end()}));
        out_.suite = text(table, "suite");
        out_.journal = text(table, "journal");
        out_.samples = whole(table, "samples", 1);
        out_.concurrency = whole(table, "concurrency", 64);
        if (const auto* settings = sub_table(table, "settings"))
            for (const auto& [key, node] : *settings) out_.settings.insert(setting(key.str(), node));
        if (const auto* prices = sub_table(table, "prices")) read_prices(*prices);
        read_grids(table);
        return std::move(out_);
    }

  private:
    [[noreturn]] void fail(const toml::node& node, const std::string& message) const {
        throw ErrorException({ErrorKind::usage, fmt::format("{}:{}: {}", name_, node.source().begin.line, message)});
    }

    static std::string unknown(std::string_view what, std::string_view word,
                               const std::vector<std::string_view>& known) {
        const std::string_view near = nearest(word, known);
        return fmt::format("unknown {} \"{}\"{}", what, word,
                           near.empty() ? "" : fmt::format(" (did you mean \"{}\"?)", near));
    }

    std::string text(const toml::table& table, std::string_view key) const {
        const toml::node* node = table.get(key);
        if (node == nullptr) return "";
        const auto value = node->value_exact<std::string>();
        if (!value || value->empty()) fail(*node, fmt::format("{}: expected a text", key));
        return *value;
    }

    int whole(const toml::table& table, std::string_view key, int otherwise) const {
        const toml::node* node = table.get(key);
        if (node == nullptr) return otherwise;
        return whole_of(*node, key);
    }

    int whole_of(const toml::node& node, std::string_view key) const {
        const auto value = node.value_exact<std::int64_t>();
        if (!value || *value < 1 || *value > kMostNumber)
            fail(node, fmt::format("{}: expected a whole number from 1 to {}", key, kMostNumber));
        return static_cast<int>(*value);
    }

    const toml::table* sub_table(const toml::table& table, std::string_view key) const {
        const toml::node* node = table.get(key);
        if (node == nullptr) return nullptr;
        if (node->as_table() == nullptr) fail(*node, fmt::format("{}: expected a table, as in [{}]", key, key));
        return node->as_table();
    }

    void read_prices(const toml::table& table) {
        SweepPrices prices;
        for (const auto& [key, node] : table) {
            const auto value = node.value<double>();
            if (key.str() != "input" && key.str() != "output")
                fail(node, unknown("key", key.str(), {"input", "output"}));
            if (!value || *value < 0) fail(node, "prices: expected dollars a million tokens, 0 or more");
            (key.str() == "input" ? prices.input : prices.output) = *value;
        }
        out_.prices = prices;
    }

    std::string scalar(const toml::node& node) const {
        if (const auto value = node.value_exact<std::string>()) return *value;
        if (const auto value = node.value_exact<std::int64_t>()) return std::to_string(*value);
        if (const auto value = node.value_exact<double>()) return fmt::format("{}", *value);
        if (const auto value = node.value_exact<bool>()) return *value ? "true" : "false";
        fail(node, "expected a text, a number, true or false");
    }

    std::pair<std::string, std::string> setting(std::string_view key, const toml::node& node) const {
        if (key == "samples") return {"samples", std::to_string(whole_of(node, key))};
        const auto specs = setting_specs();
        const auto spec =
            std::find_if(specs.begin(), specs.end(), [&](const SettingSpec& s) { return config_key(s) == key; });
        if (spec == specs.end()) {
            std::vector<std::string> names{"samples"};
            for (const SettingSpec& s : specs) names.push_back(config_key(s));
            fail(node, unknown("setting", key, {names.begin(), names.end()}));
        }
        Settings check;
        const std::string where = fmt::format("{}:{}: {}", name_, node.source().begin.line, key);
        if (auto error = check.offer(*spec, {scalar(node), where, false})) throw ErrorException(*error);
        return {std::string(spec->name), scalar(node)};
    }

    std::vector<Values> combinations(const toml::table& grid) const {
        std::vector<Values> out{{}};
        for (const auto& [key, node] : grid) {
            std::vector<std::pair<std::string, std::string>> values;
            if (const auto* list = node.as_array())
                for (const toml::node& one : *list) values.push_back(setting(key.str(), one));
            else
                values.push_back(setting(key.str(), node));
            if (values.empty()) fail(node, fmt::format("{}: expected a value, found an empty list", key.str()));
            std::vector<Values> longer;
            for (const Values& before : out) {
                for (const auto& value : values) {
                    longer.push_back(before);
                    longer.back().insert(value);
                }
                if (longer.size() > kMostRuns) fail(node, fmt::format("more than {} combinations", kMostRuns));
            }
            out = std::move(longer);
        }
        return out;
    }

    void read_grids(const toml::table& table) {
        const toml::node* node = table.get("grid");
        if (node == nullptr) {
            out_.runs.emplace_back();  // the settings alone
            return;
        }
        const auto* grids = node->as_array();
        if (grids == nullptr || grids->empty()) fail(*node, "grid: expected tables, as in [[grid]]");
        for (const toml::node& grid : *grids) {
            if (grid.as_table() == nullptr) fail(grid, "grid: expected tables, as in [[grid]]");
            for (Values& run : combinations(*grid.as_table())) out_.runs.push_back(std::move(run));
            if (out_.runs.size() > kMostRuns) fail(grid, fmt::format("more than {} combinations", kMostRuns));
        }
    }

    const std::string name_;
    SweepFile out_;
};

}  // namespace

Outcome<SweepFile> parse_sweep(const std::string& name, const std::string& text) {
    try {
        return SweepReader(name).read(toml::parse(text));
    } catch (const toml::parse_error& error) {
        return Error{ErrorKind::usage,
                     fmt::format("{}:{}: not TOML: {}", name, error.source().begin.line, error.description())};
    } catch (const ErrorException& error) {
        return error.error();
    }
}

}  // namespace retort::cli
