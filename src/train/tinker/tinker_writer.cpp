#include "train/tinker/tinker_writer.h"

#include <fmt/format.h>

#include <chrono>
#include <optional>
#include <utility>

#include "async/semaphore.h"
#include "train/tinker/sample_call.h"

namespace retort::train::tinker {
namespace {

using Steady = std::chrono::steady_clock;

// A failure of one sample, where the run can go on without it.
std::optional<CallError> error_of(const Failure& failure) {
    switch (failure.kind) {
        case FailureKind::refused:
            return CallError{CallErrorKind::refused, failure.message, false, 0, 0};
        case FailureKind::malformed:
            return CallError{CallErrorKind::protocol, failure.message, false, 0, 0};
        default:
            return std::nullopt;
    }
}

// What the tasks on the link's thread share; it outlives a writer that is given up.
struct Shared {
    Shared(Link& l, std::unique_ptr<SampleSource> from, WriterSettings s)
        : link(l), source(std::move(from)), settings(s), permits(static_cast<std::size_t>(s.in_flight)) {}
    Link& link;
    const std::unique_ptr<SampleSource> source;
    const WriterSettings settings;
    Semaphore permits;               // link's thread
    std::vector<Written> finished;   // by publish() and within wait_until()
    std::optional<Failure> failure;  // likewise: the first that ends the run
    std::exception_ptr thrown;       // likewise: by a task
};

struct Job {
    std::size_t ticket;
    SampleCall call;
    std::string snapshot;
    Steady::time_point begun;
};

Task<Result<bool>> sample(Shared& shared, Job& job) {
    const SampleParameters parameters = job.call.parameters();
    const Result<SampledSequence> sequence =
        co_await shared.source->sample(job.snapshot, job.call.prompt(), parameters);
    if (!sequence) co_return sequence.error();
    if (const auto fault = fault_of_sequence(*sequence, shared.settings.vocabulary, parameters.max_tokens))
        co_return Failure{FailureKind::malformed,
                          fmt::format("sample of call {} by {}: {}", job.ticket, job.snapshot, *fault)};
    job.call.take(*sequence);
    co_return true;
}

Task<void> write(std::shared_ptr<Shared> shared, std::shared_ptr<Job> job) {
    const Semaphore::Permit permit = co_await shared->permits.acquire({});
    std::optional<Failure> failure;
    while (!job->call.done() && !failure) {
        const Result<bool> sampled = co_await sample(*shared, *job);
        if (!sampled) failure = sampled.error();
    }
    Written written{job->ticket, {}};
    if (!failure) job->call.finish(written.completion);
    if (failure)
        if (auto error = error_of(*failure)) written.completion = failed_completion(std::move(*error));
    written.completion.wall_s = std::chrono::duration<double>(Steady::now() - job->begun).count();
    shared->link.publish([&] {
        if (failure && !error_of(*failure) && !shared->failure) shared->failure = failure;
        shared->finished.push_back(std::move(written));
    });
}

class TinkerWriter final : public Writer {
  public:
    TinkerWriter(Link& link, const llama::Tokenizer& tokenizer, std::unique_ptr<SampleSource> source,
                 WriterSettings settings)
        : link_(link), tokenizer_(tokenizer), shared_(std::make_shared<Shared>(link, std::move(source), settings)) {}

    ~TinkerWriter() override {
        // What cannot be taken away stays.
        try {
            shared_->source->close();
        } catch (...) {
        }
    }
    TinkerWriter(const TinkerWriter&) = delete;
    TinkerWriter& operator=(const TinkerWriter&) = delete;

    void weights_changed() override { snapshot_.clear(); }

    void begin(std::vector<WriterCall> calls) override {
        if (snapshot_.empty()) snapshot_ = shared_->source->snapshot();
        under_way_ += calls.size();
        for (const WriterCall& one : calls) {
            auto job =
                std::make_shared<Job>(Job{one.ticket, SampleCall(one.call, tokenizer_), snapshot_, Steady::now()});
            asio::co_spawn(link_.loop(), write(shared_, std::move(job)), [shared = shared_](std::exception_ptr error) {
                if (error) shared->link.publish([&] { shared->thrown = error; });
            });
        }
    }

    std::vector<Written> take() override {
        std::vector<Written> out;
        std::optional<Failure> failure;
        link_.wait_until([&] {
            out = std::exchange(shared_->finished, {});
            failure = shared_->failure;
            return !out.empty() || shared_->thrown;
        });
        if (shared_->thrown) std::rethrow_exception(shared_->thrown);
        if (failure) throw FailureException(*failure);
        count(out);
        return out;
    }

  private:
    // A phase of which no sample came through would teach nothing and say little of why.
    void count(const std::vector<Written>& landed) {
        under_way_ -= landed.size();
        for (const Written& one : landed) {
            if (one.completion.ok())
                one_came_through_ = true;
            else if (first_error_.empty() && one.completion.error)
                first_error_ = one.completion.error->message;
        }
        if (under_way_ > 0) return;
        if (!one_came_through_ && !first_error_.empty())
            throw FailureException({FailureKind::refused, "no sample came through: " + first_error_});
        one_came_through_ = false;
        first_error_.clear();
    }

    Link& link_;
    const llama::Tokenizer& tokenizer_;
    const std::shared_ptr<Shared> shared_;
    std::size_t under_way_ = 0;
    bool one_came_through_ = false;  // since nothing was under way
    std::string first_error_;        // likewise
    std::string snapshot_;           // of the weights as they are; empty: none yet
};

}  // namespace

std::unique_ptr<Writer> tinker_writer(Link& link, const llama::Tokenizer& tokenizer,
                                      std::unique_ptr<SampleSource> source, WriterSettings settings) {
    return std::make_unique<TinkerWriter>(link, tokenizer, std::move(source), settings);
}

}  // namespace retort::train::tinker
