#include "train/rollout/drafts_model.h"

#include <nlohmann/json.hpp>

#include "base/json_range.h"
#include "base/place.h"

namespace retort::train {
namespace {

constexpr std::size_t kMostPooled = 64;   // drafts of a problem
constexpr std::size_t kLeastPooled = 16;  // below, drafts are drawn

bool is_first_draft(const Place& place) {
    return place.role == CallRole::draft && place.round == 1 && place.turn == 0;
}

std::string to_json(const Completion& completion) {
    return nlohmann::json{{"text", completion.text},
                          {"reasoning", completion.reasoning},
                          {"finish", name(completion.finish)},
                          {"thinking_cut", completion.thinking_cut},
                          {"in", completion.usage.in},
                          {"out", completion.usage.out},
                          {"reasoning_tokens", completion.usage.reasoning}}
        .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Completion completion_from(const std::string& text) {
    const nlohmann::json json = nlohmann::json::parse(text, within_64_bits<nlohmann::json>);
    Completion out;
    json.at("text").get_to(out.text);
    json.at("reasoning").get_to(out.reasoning);
    out.finish = finish_from(json.at("finish").get<std::string>()).value_or(Finish::stop);
    json.at("thinking_cut").get_to(out.thinking_cut);
    json.at("in").get_to(out.usage.in);
    json.at("out").get_to(out.usage.out);
    json.at("reasoning_tokens").get_to(out.usage.reasoning);
    out.thinking = ThinkingControl::in_process;
    return out;
}

}  // namespace

std::optional<DraftSource> draft_source_from(std::string_view name) {
    if (name == "fresh") return DraftSource::fresh;
    if (name == "shared") return DraftSource::shared;
    if (name == "cached") return DraftSource::cached;
    return std::nullopt;
}

struct DraftsModel::Shared {
    explicit Shared(asio::any_io_executor executor) : landed(std::move(executor)) {}
    Gate landed;
    Completion completion;
};

DraftsModel::DraftsModel(asio::io_context& loop, LanguageModel& inner, DraftSource source, const DraftPool& pool,
                         std::uint64_t seed)
    : loop_(loop), inner_(inner), source_(source), pool_(pool), seed_(seed) {}

DraftsModel::~DraftsModel() = default;

Task<Completion> DraftsModel::complete(CompletionRequest request, OnDelta on_delta, std::stop_token stop) {
    if (!is_first_draft(request.place) || source_ == DraftSource::fresh)
        co_return co_await inner_.complete(std::move(request), std::move(on_delta), stop);
    if (source_ == DraftSource::shared) co_return co_await shared(std::move(request), stop);
    ++asked_;
    const auto known = pool_.find(request.place.problem);
    if (known != pool_.end() && known->second.size() >= kLeastPooled) {
        ++given_;
        const std::uint64_t chosen = choice_seed(seed_, request.place) % known->second.size();
        co_return completion_from(known->second[chosen]);
    }
    const Place place = request.place;
    Completion completion = co_await inner_.complete(std::move(request), std::move(on_delta), stop);
    if (completion.ok()) drawn_[place] = completion;
    co_return completion;
}

// Sample 0 draws; the others wait for what it gets.
Task<Completion> DraftsModel::shared(CompletionRequest request, std::stop_token stop) {
    std::unique_ptr<Shared>& slot = shared_[{request.place.problem, request.place.draft}];
    if (!slot) slot = std::make_unique<Shared>(loop_.get_executor());
    Shared& one = *slot;
    if (request.place.sample == 0) {
        one.completion = co_await inner_.complete(std::move(request), {}, stop);
        one.landed.open();
    }
    co_await one.landed.wait();
    co_return one.completion;
}

std::optional<double> DraftsModel::pooled() const {
    if (asked_ == 0) return std::nullopt;
    return static_cast<double>(given_) / static_cast<double>(asked_);
}

void DraftsModel::add_to(DraftPool& pool) const {
    for (const auto& [place, completion] : drawn_) {
        std::vector<std::string>& drafts = pool[place.problem];
        drafts.push_back(to_json(completion));
        if (drafts.size() > kMostPooled) drafts.erase(drafts.begin());
    }
}

}  // namespace retort::train
