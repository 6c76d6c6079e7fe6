#include "train/tinker/adapter_folder.h"

#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <span>

#include "train/gguf/adapter.h"
#include "train/gguf/archive.h"
#include "train/gguf/whole_file.h"

namespace retort::train::tinker {
namespace {

bool is_plain(const std::string& name) {
    return !name.empty() && name.front() != '.' && name.find('/') == std::string::npos;
}

Outcome<void> put_file(const std::string& path, const std::string& content) {
    Outcome<WholeFile> file = WholeFile::create(path);
    if (!file) return file.error();
    if (const auto written = file->write(std::as_bytes(std::span(content))); !written) return written.error();
    return file->commit();
}

Outcome<void> put_files(const std::string& folder, const std::map<std::string, std::string>& files) {
    std::error_code failed;
    std::filesystem::create_directories(folder, failed);
    if (failed) return Error{ErrorKind::file, fmt::format("cannot make the folder {}: {}", folder, failed.message())};
    for (const auto& [file, content] : files) {
        if (!is_plain(file))
            return Error{
                ErrorKind::model,
                fmt::format("the adapter's archive has \"{}\": expected files without folders", file.substr(0, 100))};
        if (const auto put = put_file(fmt::format("{}/{}", folder, file), content); !put) return put.error();
    }
    return {};
}

}  // namespace

Outcome<std::string> put_adapter(const std::string& root, const std::string& name, std::string_view archive) {
    if (!is_plain(name))
        return Error{ErrorKind::model, fmt::format("\"{}\" cannot be an adapter's name", name.substr(0, 100))};
    const auto files = unpack_tar_gz(archive);
    if (!files) return files.error();
    if (const auto fault = fault_of_adapter(*files)) return *fault;
    std::string folder = root + "/" + name;
    if (const auto put = put_files(folder, *files); !put) {
        remove_adapter(root, name);
        return put.error();
    }
    return folder;
}

void remove_adapter(const std::string& root, const std::string& name) {
    std::error_code ignored;
    if (is_plain(name)) std::filesystem::remove_all(root + "/" + name, ignored);
}

}  // namespace retort::train::tinker
