// llama.cpp's process-wide state: its CPU libraries and its log. Not public.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"

struct ggml_threadpool;
struct llama_context;

namespace retort::llama {

// Loads the library for this machine's CPU, the first time only: never at program start. It is looked for beside
// llama.cpp's own libraries, not in the current folder. Any thread.
Outcome<void> load_backends();

// Threads that compute, kept between steps: without such a pool llama.cpp starts threads for every step. The calling
// thread is one of them.
class ThreadPool {
  public:
    // Any thread, after load_backends().
    explicit ThreadPool(int threads);
    ~ThreadPool();
    ThreadPool(const ThreadPool&) = delete;
    ThreadPool& operator=(const ThreadPool&) = delete;

    // The context must go before the pool.
    void attach(llama_context* context) const;

  private:
    ggml_threadpool* pool_ = nullptr;  // null where the CPU's library offers none
};

// What llama.cpp says is kept from the terminal. While one of these lives on a thread, the warnings and errors that
// llama.cpp reports on that thread are kept in it.
class LogCapture {
  public:
    LogCapture();
    ~LogCapture();
    LogCapture(const LogCapture&) = delete;
    LogCapture& operator=(const LogCapture&) = delete;

    // One line each, without line ends; at most the first 50.
    const std::vector<std::string>& errors() const { return errors_; }

    // The first error as " (llama.cpp: ...)", or empty: to stand at the end of a message.
    std::string reason() const;

    void add(std::string_view text);

  private:
    LogCapture* outer_;
    std::vector<std::string> errors_;
    bool line_open_ = false;
};

}  // namespace retort::llama
