// Models by name: the compiled-in table and the user's rows.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "cli/file_source.h"

namespace retort::cli {

// The file lies in the models folder, or comes with the program. Without a checksum the row was not tried.
struct ModelRow : FileSource {
    std::string name;
    bool shipped = false;  // lies in shipped_models_folder(), and is never fetched
    std::string about;
    std::string licence;
    std::int64_t parameters = 0;  // 0: not said
    std::int64_t context = 0;     // tokens; 0: not said

    bool tried() const { return !sha256.empty(); }
};

// The file models/models.toml as it was when the program was built.
std::string_view compiled_model_table();

// Rows of one file. The error names the file and line.
Outcome<std::vector<ModelRow>> parse_model_table(std::string_view toml, const std::string& name);

// The compiled rows, then the user's; a user's row replaces a compiled one of the same name.
Outcome<std::vector<ModelRow>> all_models(const std::string& user_path);

// The model of this name (case ignored), if any.
const ModelRow* find_model(const std::vector<ModelRow>& rows, std::string_view name);

// Where the row's file is expected.
std::string file_of(const ModelRow& row, const std::string& models_folder, const std::string& shipped_folder);

// The model that `solve` uses when it is told none.
const ModelRow& default_model(const std::vector<ModelRow>& rows);

}  // namespace retort::cli
