#include "cli/version.h"

#include <curl/curl.h>
#include <fmt/format.h>
#include <openssl/crypto.h>
#include <sqlite3.h>

#include <toml++/toml.h>
#include <CLI/Version.hpp>
#include <boost/version.hpp>
#include <nlohmann/json.hpp>

#include "cli/build_info.h"

namespace retort::cli {

std::string program_name() {
    return "retort " RETORT_VERSION;
}

std::string commit() {
    return kCommit;
}

bool has_llama() {
    return RETORT_HAS_LLAMA != 0;
}

std::vector<std::pair<std::string, std::string>> libraries() {
    const auto three = [](int major, int minor, int patch) { return fmt::format("{}.{}.{}", major, minor, patch); };
    return {
        {"Boost", three(BOOST_VERSION / 100000, BOOST_VERSION / 100 % 1000, BOOST_VERSION % 100)},
        {"libcurl", curl_version_info(CURLVERSION_NOW)->version},
        {"OpenSSL", OpenSSL_version(OPENSSL_VERSION_STRING)},
        {"SQLite", sqlite3_libversion()},
        {"fmt", three(FMT_VERSION / 10000, FMT_VERSION / 100 % 100, FMT_VERSION % 100)},
        {"nlohmann-json", three(NLOHMANN_JSON_VERSION_MAJOR, NLOHMANN_JSON_VERSION_MINOR, NLOHMANN_JSON_VERSION_PATCH)},
        {"toml++", three(TOML_LIB_MAJOR, TOML_LIB_MINOR, TOML_LIB_PATCH)},
        {"CLI11", CLI11_VERSION},
        {"llama.cpp", has_llama() ? kLlamaVersion : "not built in"}};
}

std::string version_text() {
    std::string out = fmt::format("{}\ncommit {}\nbuilt by {}", program_name(), commit(), kCompiler);
    for (const auto& [name, version] : libraries()) out += fmt::format("\n{} {}", name, version);
    return out;
}

}  // namespace retort::cli
