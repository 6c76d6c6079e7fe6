// The mock server as a program of its own, for end-to-end tests and benchmarks. Prints its port on a line, then serves
// until it is told to end. GET /counts tells what it counted.
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>

#include "support/mock_server.h"

int main(int argc, char** argv) {
    retort::test::MockOptions options;
    int latency_ms = 0;
    int between_ms = 0;
    CLI::App app("An OpenAI-compatible server for tests");
    app.add_option("--port", options.port, "0: any that is free");
    app.add_option("--latency-ms", latency_ms, "before each reply");
    app.add_option("--between-ms", between_ms, "between the chunks of a stream");
    app.add_option("--fault-every", options.fault_every,
                   "every N-th completion fails, in turn by 429, 500, cut before, cut inside, half a JSON body");
    app.add_option("--tokens", options.tokens, "of a reply: white-space separated words");
    app.add_option("--stream-chunks", options.stream_chunks, "of a reply's text");
    app.add_option("--marker", options.marker, "a line before the solution; empty: none");
    app.add_flag("--bad-selection", options.bad_selection, "selections are unreadable until asked for again");
    app.add_option("--owned-by", options.owned_by, "what GET /models says of the owner");
    app.add_option("--model", options.model, "the name that GET /models lists");
    CLI11_PARSE(app, argc, argv);
    options.latency = std::chrono::milliseconds(latency_ms);
    options.between = std::chrono::milliseconds(between_ms);

    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
    std::signal(SIGPIPE, SIG_IGN);
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &ends, nullptr);

    const retort::test::MockServer server(options);
    std::printf("%d\n", server.port());
    std::fflush(stdout);
    int signal = 0;
    ::sigwait(&ends, &signal);
    std::fprintf(stderr, "%s\n", server.counts().to_json().dump().c_str());
    return 0;
}
