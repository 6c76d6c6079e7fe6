// Thousands of streaming calls in flight at once, from one process and one loop: memory a call, CPU time, and the
// longest time for which the loop was held up. Prints one JSON object.
//
//     retort-mock-server --latency-ms 3000 --between-ms 2000 --tokens 200 --stream-chunks 20 > port &
//     inflight_bench --url http://127.0.0.1:PORT/v1 [--calls 10000] [--prompt-words 200]
//
// Memory is measured when all calls are in flight, against the same process just before the first of them; the prompt
// is shared, as the drafts of a round share theirs.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <ctime>
#include <fstream>

#include "async/nursery.h"
#include "async/sleep.h"
#include "model/http/http_model.h"
#include "model/http/open_files.h"
#include "model/limiting_model.h"
#include "model/retrying_model.h"

namespace {

using namespace retort;
using Clock = std::chrono::steady_clock;

struct BenchOptions {
    std::string url;
    int calls = 10'000;
    int prompt_words = 200;
};

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

std::int64_t resident_bytes() {
    std::ifstream statm("/proc/self/statm");
    std::int64_t pages = 0;
    std::int64_t resident = 0;
    statm >> pages >> resident;
    return resident * ::sysconf(_SC_PAGESIZE);
}

double cpu_seconds() {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

struct Watch {
    double longest_stall_s = 0;      // by the clock: other programs of the machine count too
    double longest_stall_cpu_s = 0;  // this thread's own work
    std::int64_t most_resident = 0;
    std::size_t most_in_flight = 0;
};

// Wakes every millisecond; how much later it comes is how long the loop was held up.
Task<bool> watch(HttpClient* client, Watch* seen, std::stop_token stop) {
    Clock::time_point last = Clock::now();
    double last_cpu = cpu_seconds();
    int turns = 0;
    while (!stop.stop_requested()) {
        co_await sleep_for(std::chrono::milliseconds(1), stop);
        const Clock::time_point now = Clock::now();
        seen->longest_stall_s =
            std::max(seen->longest_stall_s, std::chrono::duration<double>(now - last).count() - 1e-3);
        seen->most_in_flight = std::max(seen->most_in_flight, client->in_flight());
        if (++turns % 50 == 0) seen->most_resident = std::max(seen->most_resident, resident_bytes());
        seen->longest_stall_cpu_s = std::max(seen->longest_stall_cpu_s, cpu_seconds() - last_cpu);
        last_cpu = cpu_seconds();
        last = Clock::now();
    }
    co_return true;
}

struct Totals {
    int completed = 0;
    int failed_attempts = 0;
    Usage usage;
    std::int64_t bytes = 0;  // of the deltas
    std::string first_error;
};

Task<bool> one_call(LanguageModel* model, CompletionRequest request, Totals* totals) {
    OnDelta on_delta = [totals](const Delta& delta) { totals->bytes += static_cast<std::int64_t>(delta.text.size()); };
    const Completion out = co_await model->complete(std::move(request), std::move(on_delta), {});
    totals->completed += out.ok() ? 1 : 0;
    totals->failed_attempts += static_cast<int>(out.failed.size());
    totals->usage += out.usage;
    if (out.error && totals->first_error.empty()) totals->first_error = out.error->message;
    co_return out.ok();
}

Task<bool> run_calls(LanguageModel* model, BenchOptions options, HttpClient* client, Totals* totals, Watch* seen) {
    const auto executor = co_await asio::this_coro::executor;
    std::stop_source done;
    Nursery<bool> watching(executor);
    watching.spawn(watch(client, seen, done.get_token()));
    std::string text;
    for (int i = 0; i < options.prompt_words; ++i) text += "word ";
    const Messages prompt = std::make_shared<const std::vector<Message>>(std::vector<Message>{{"user", text}});
    Nursery<bool> calls(executor);
    for (int i = 0; i < options.calls; ++i) {
        CompletionRequest request;
        request.place.draft = i;
        request.prompt = prompt;
        request.max_answer = 1000;
        request.seed = static_cast<std::uint32_t>(i);
        calls.spawn(one_call(model, std::move(request), totals));
        if (i % 64 == 63) co_await yield_to_loop();
    }
    while (calls.outstanding() > 0) co_await calls.next();
    done.request_stop();
    co_await watching.next();
    co_return true;
}

// So that what is made once does not count as the calls'.
Task<bool> warm_up(LanguageModel* model, Totals* totals) {
    CompletionRequest request;
    request.prompt = std::make_shared<const std::vector<Message>>(std::vector<Message>{{"user", "hello"}});
    request.max_answer = 1;
    const bool fine = co_await one_call(model, std::move(request), totals);
    co_return fine;
}

}  // namespace

int main(int argc, char** argv) {
    BenchOptions options;
    CLI::App app("Calls in flight against a mock server");
    app.add_option("--url", options.url, "of the server")->required();
    app.add_option("--calls", options.calls, "in flight at once");
    app.add_option("--prompt-words", options.prompt_words, "of the shared prompt");
    CLI11_PARSE(app, argc, argv);

    const std::int64_t files = raise_open_files();
    asio::io_context loop(1);
    const auto client = std::make_shared<HttpClient>(loop);
    HttpModelOptions http;
    http.base_url = options.url;
    http.model = "mock";
    const auto limited = std::make_shared<LimitingModel>(std::make_shared<HttpModel>(client, http),
                                                         static_cast<std::size_t>(options.calls));
    RetryingModel model(limited);
    Totals warm;
    run_to_end(loop, warm_up(&model, &warm));

    Totals totals;
    Watch seen;
    const std::int64_t before = resident_bytes();
    const double cpu_before = cpu_seconds();
    const Clock::time_point start = Clock::now();
    run_to_end(loop, run_calls(&model, options, client.get(), &totals, &seen));
    const double memory = static_cast<double>(seen.most_resident - before) / options.calls;
    fmt::print(
        "{{\"calls\":{},\"completed\":{},\"failed_attempts\":{},\"most_in_flight\":{},\"kib_a_call\":{:.1f},"
        "\"wall_s\":{:.2f},\"cpu_s\":{:.2f},\"longest_stall_ms\":{:.1f},\"longest_stall_cpu_ms\":{:.1f},\"tokens_in\":{"
        "},\"tokens_out\":{},"
        "\"delta_bytes\":{},\"open_files\":{},\"error\":\"{}\"}}\n",
        options.calls, totals.completed, totals.failed_attempts, seen.most_in_flight, memory / 1024,
        seconds_since(start), cpu_seconds() - cpu_before, seen.longest_stall_s * 1e3, seen.longest_stall_cpu_s * 1e3,
        totals.usage.in, totals.usage.out, totals.bytes, files, totals.first_error);
    return totals.completed == options.calls ? 0 : 1;
}
