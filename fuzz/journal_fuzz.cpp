// Any bytes as a journal: read to the end, then gone on with. Whatever is in the file must come to a value.
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "record/journal.h"
#include "record/journal_reader.h"

namespace {

using namespace retort;

// In memory where the system offers that: a fuzzer would wait for the disk otherwise.
std::string scratch() {
    std::error_code ignored;
    const std::filesystem::path memory = "/dev/shm";
    const auto folder =
        std::filesystem::is_directory(memory, ignored) ? memory : std::filesystem::temp_directory_path();
    return folder / ("retort-journal-fuzz-" + std::to_string(::getpid()));
}

void remove_all(const std::string& path) {
    std::error_code ignored;
    for (const char* suffix : {"", "-wal", "-shm", "-journal"}) std::filesystem::remove(path + suffix, ignored);
}

void read_run(JournalReader& reader, RunKey run) {
    std::vector<PromptKey> prompts;
    (void)reader.models(run);
    (void)reader.events(run, [](const RecordedEvent&) { return true; });
    (void)reader.calls(run, {true, true}, [&](RecordedCall& call) {
        prompts.push_back(call.prompt);
        return prompts.size() < 1000;
    });
    for (const PromptKey prompt : prompts) (void)reader.prompt(prompt);
}

void read(const std::string& path) {
    const auto reader = JournalReader::open(path);
    if (!reader) return;
    (void)(*reader)->last_writer();
    const auto runs = (*reader)->runs();
    if (!runs) return;
    for (const RecordedRun& run : *runs) read_run(**reader, run.key);
}

void go_on(const std::string& path) {
    asio::io_context loop;
    const auto journal = Journal::open(path, {JournalOptions::Mode::resume, SyncMode::process, "fuzz", {}, 4096});
    if (!journal) return;
    const auto run = run_to_end(loop, (*journal)->begin_run({"aa", "solve", "{}", "fuzz", 1}));
    if (!run) return;
    CompletionRequest request;
    request.place.problem = "p";
    request.place.round = 1;
    request.place.draft = 0;
    request.prompt = std::make_shared<const std::vector<Message>>(std::vector<Message>{{"user", "solve"}});
    (void)run_to_end(loop, (*journal)->recall(*run, request));
    const auto call = run_to_end(loop, (*journal)->started(*run, request));
    if (!call) return;
    (void)run_to_end(loop, (*journal)->finished(*call, std::make_shared<const Completion>()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const std::string path = scratch();
    remove_all(path);
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
    read(path);
    go_on(path);
    remove_all(path);
    return 0;
}
