#include "model/llama/backend.h"

#include <dlfcn.h>
#include <fmt/format.h>
#include <ggml-backend.h>
#include <llama.h>

#include <filesystem>
#include <mutex>

#include "base/text.h"

namespace retort::llama {
namespace {

constexpr std::size_t kMostLines = 50;

thread_local LogCapture* t_capture = nullptr;

void on_log(ggml_log_level level, const char* text, void*) {
    const bool wanted = level == GGML_LOG_LEVEL_ERROR || level == GGML_LOG_LEVEL_WARN || level == GGML_LOG_LEVEL_CONT;
    if (wanted && t_capture != nullptr) t_capture->add(text);
}

// The folder of libggml, which is also that of the libraries for the CPUs.
std::filesystem::path library_folder() {
    Dl_info info{};
    if (dladdr(reinterpret_cast<const void*>(&ggml_backend_load_all_from_path), &info) == 0) return {};
    std::error_code ignored;
    const std::filesystem::path file = std::filesystem::canonical(info.dli_fname, ignored);
    return ignored ? std::filesystem::path(info.dli_fname).parent_path() : file.parent_path();
}

// Beside libggml, else in the sister folder "bin", where llama.cpp's own install rules put them.
// A function of the CPU's library, which is not linked.
template <class Function>
Function cpu_function(const char* name) {
    ggml_backend_dev_t cpu = ggml_backend_dev_by_type(GGML_BACKEND_DEVICE_TYPE_CPU);
    return cpu == nullptr
               ? nullptr
               : reinterpret_cast<Function>(ggml_backend_reg_get_proc_address(ggml_backend_dev_backend_reg(cpu), name));
}

Outcome<void> load_once() {
    llama_log_set(on_log, nullptr);
    llama_backend_init();
    const std::filesystem::path folder = library_folder();
    for (const auto& place : {folder, folder.parent_path() / "bin"}) {
        if (ggml_backend_dev_by_type(GGML_BACKEND_DEVICE_TYPE_CPU) != nullptr) break;
        ggml_backend_load_all_from_path(place.c_str());
    }
    if (ggml_backend_dev_by_type(GGML_BACKEND_DEVICE_TYPE_CPU) != nullptr) return {};
    return Error{ErrorKind::file,
                 fmt::format("llama.cpp needs a libggml-cpu-*.so that this CPU can run beside libggml.so; "
                             "found none in {}: install or build Retort again",
                             folder.string())};
}

}  // namespace

Outcome<void> load_backends() {
    static std::once_flag once;
    static Outcome<void> result;
    std::call_once(once, [] { result = load_once(); });
    return result;
}

ThreadPool::ThreadPool(int threads) {
    const auto make = cpu_function<decltype(&ggml_threadpool_new)>("ggml_threadpool_new");
    if (make == nullptr) return;
    ggml_threadpool_params parameters = ggml_threadpool_params_default(threads);
    pool_ = make(&parameters);
}

ThreadPool::~ThreadPool() {
    const auto free_pool = cpu_function<decltype(&ggml_threadpool_free)>("ggml_threadpool_free");
    if (pool_ != nullptr && free_pool != nullptr) free_pool(pool_);
}

void ThreadPool::attach(llama_context* context) const {
    if (pool_ != nullptr) llama_attach_threadpool(context, pool_, pool_);
}

LogCapture::LogCapture() : outer_(t_capture) {
    t_capture = this;
}
LogCapture::~LogCapture() {
    t_capture = outer_;
}

void LogCapture::add(std::string_view text) {
    const bool ends = text.ends_with('\n');
    const std::string line = valid_utf8(trim(text));
    if (line_open_ && !errors_.empty()) {
        errors_.back() += line;
    } else if (!line.empty() && errors_.size() < kMostLines) {
        errors_.push_back(line);
    }
    line_open_ = !ends;
}

std::string LogCapture::reason() const {
    return errors_.empty() ? std::string() : fmt::format(" (llama.cpp: {})", errors_.front());
}

}  // namespace retort::llama
