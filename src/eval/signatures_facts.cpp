#include "eval/signatures_facts.h"

#include <algorithm>
#include <map>
#include <set>

#include "eval/signatures_stated.h"
#include "eval/signatures_tally.h"

namespace retort {
namespace {

// Shorter answers stand in any text by chance: they count as held only where they are stated as answers.
constexpr std::size_t kTellingBytes = 2;

// Longer answers (plans, grids) are seldom repeated letter by letter in notes: whether they are lost cannot be told.
constexpr std::size_t kLongestTold = 64;  // bytes

// The distiller whose text a model writes; all others hand drafts on as they are.
constexpr std::string_view kWritingDistiller = "summary";

Candidate candidate_of(const DraftRecord& draft) {
    if (draft.verdict == Verdict::equal) return Candidate::right;
    return draft.verdict == Verdict::different ? Candidate::wrong : Candidate::unknown;
}

// A round's drafts and the numbers of their answers.
struct RoundAnswers {
    const RoundRecord& round;
    const Verifier* verifier;
    AnswerGroups groups;
    std::vector<int> group;          // by draft
    std::vector<std::size_t> first;  // by group: the first draft that gave it
};

RoundAnswers answers_of(const RoundRecord& round, const Verifier* verifier) {
    RoundAnswers out{round, verifier, AnswerGroups(verifier), {}, {}};
    for (std::size_t i = 0; i < round.drafts.size(); ++i) {
        const auto& answer = round.drafts[i].answer;
        out.group.push_back(answer ? out.groups.add(*answer) : -1);
        if (out.groups.size() > out.first.size()) out.first.push_back(i);
    }
    return out;
}

HeldAnswer held_from(const RoundAnswers& answers, std::size_t draft) {
    const DraftRecord& record = answers.round.drafts[draft];
    return {record.path, record.answer.value_or(""), candidate_of(record)};
}

std::vector<HeldAnswer> held_as_sources(const Workspace& workspace, const RoundAnswers& answers) {
    std::vector<HeldAnswer> out;
    const auto& drafts = answers.round.drafts;
    for (const std::string& path : workspace.sources) {
        const auto draft =
            std::find_if(drafts.begin(), drafts.end(), [&](const auto& one) { return one.path == path; });
        if (draft == drafts.end()) continue;
        out.push_back(held_from(answers, static_cast<std::size_t>(draft - drafts.begin())));
        // An answer that was not found is none that a reader could take over.
        if (!draft->answer) out.back().state = Candidate::unknown;
    }
    return out;
}

Candidate judged(const RoundAnswers& answers, const std::string& answer) {
    if (!answers.verifier->can_judge()) return Candidate::unknown;
    const Verdict verdict = answers.verifier->judge(answer).verdict;
    if (verdict == Verdict::equal) return Candidate::right;
    return verdict == Verdict::different ? Candidate::wrong : Candidate::unknown;
}

// What a written text holds, in order: answers stated in it, and drafts' answers that stand in it as they were spelled.
class WrittenText {
  public:
    WrittenText(const Workspace& workspace, const RoundAnswers& answers) : answers_(answers), text_(workspace.text) {
        stated_ = stated_answers(text_, *answers.verifier);
        for (const StatedAnswer& stated : stated_) group_.push_back(answers.groups.find(stated.answer));
    }

    void describe(WorkspaceFacts& out) const {
        std::multimap<std::size_t, HeldAnswer> by_place;
        std::set<int> seen;
        for (std::size_t i = 0; i < stated_.size(); ++i) {
            const int group = group_[i];
            if (group >= 0 && seen.insert(group).second)
                by_place.emplace(stated_[i].at, held_from(answers_, answers_.first[static_cast<std::size_t>(group)]));
            const std::string& answer = stated_[i].answer;
            if (group >= 0 || !is_invented(i) || std::ranges::find(out.invented, answer) != out.invented.end())
                continue;
            by_place.emplace(stated_[i].at, HeldAnswer{"", answer, judged(answers_, answer)});
            out.invented.push_back(answer);
        }
        for (std::size_t group = 0; group < answers_.first.size(); ++group)
            if (!seen.contains(static_cast<int>(group)))
                if (const std::size_t at = spelled_at(static_cast<int>(group), kTellingBytes); at != std::string::npos)
                    by_place.emplace(at, held_from(answers_, answers_.first[group]));
        for (auto& [place, held] : by_place) out.held.push_back(std::move(held));
        find_lost(out);
    }

  private:
    // A line of several boxes is one answer where a draft gave that answer, else each box is one.
    bool is_invented(std::size_t i) const {
        if (stated_[i].whole_line) return false;
        for (std::size_t j = 0; j < stated_.size(); ++j)
            if (stated_[j].whole_line && stated_[j].line == stated_[i].line && group_[j] >= 0) return false;
        return true;
    }

    // Where an answer of the group stands in the text as a draft spelled it; npos: nowhere.
    std::size_t spelled_at(int group, std::size_t least_bytes) const {
        std::size_t out = std::string::npos;
        for (std::size_t i = 0; i < answers_.group.size(); ++i) {
            if (answers_.group[i] != group) continue;
            const std::string& answer = *answers_.round.drafts[i].answer;
            if (answer.size() >= least_bytes) out = std::min(out, find_value(text_, answer));
        }
        return out;
    }

    void find_lost(WorkspaceFacts& out) const {
        bool stands = false;
        for (std::size_t i = 0; i < answers_.group.size(); ++i) {
            const DraftRecord& draft = answers_.round.drafts[i];
            if (!draft.right() || !draft.answer || draft.answer->size() > kLongestTold) continue;
            out.had_right = true;
            const int group = answers_.group[i];
            stands = stands || std::find(group_.begin(), group_.end(), group) != group_.end() ||
                     spelled_at(group, 1) != std::string::npos;
        }
        out.lost_right = out.had_right && !stands && !shows_right();
    }

    // In another spelling than any draft's.
    bool shows_right() const {
        for (const std::string& value : shown_values(text_)) {
            const int group = answers_.groups.find(value);
            if (group >= 0 && answers_.round.drafts[answers_.first[static_cast<std::size_t>(group)]].right())
                return true;
        }
        return false;
    }

    const RoundAnswers& answers_;
    const std::string& text_;
    std::vector<StatedAnswer> stated_;
    std::vector<int> group_;  // of what is stated; -1: no draft's
};

WorkspaceFacts workspace_facts(const Workspace& workspace, const RoundAnswers& answers) {
    WorkspaceFacts out;
    out.distiller = workspace.distiller;
    out.tokens = workspace.tokens;
    out.empty = workspace.text.empty();
    out.truncated = workspace.truncated;
    out.cuts = workspace.cuts;
    out.read_by = workspace.read_by;
    out.written =
        workspace.distiller == kWritingDistiller && answers.verifier != nullptr && !answers.verifier->is_slow();
    if (out.written)
        WrittenText(workspace, answers).describe(out);
    else if (workspace.distiller != kWritingDistiller)
        out.held = held_as_sources(workspace, answers);
    return out;
}

DraftFacts draft_facts(const DraftRecord& draft, int group) {
    return {draft.path, draft.finish, group, draft.right(), draft.tokens_in, draft.tokens_out};
}

RoundFacts round_facts(const RoundRecord& round, const Verifier* verifier) {
    const RoundAnswers answers = answers_of(round, verifier);
    RoundFacts out;
    std::vector<std::size_t> votes(answers.first.size(), 0);
    for (std::size_t i = 0; i < round.drafts.size(); ++i) {
        out.drafts.push_back(draft_facts(round.drafts[i], answers.group[i]));
        if (answers.group[i] >= 0) ++votes[static_cast<std::size_t>(answers.group[i])];
    }
    out.answers = static_cast<int>(votes.size());
    // The first of the most frequent, as the vote has it; what it is worth is what its first draft is worth.
    if (const auto most = std::max_element(votes.begin(), votes.end()); most != votes.end())
        out.majority_right = round.drafts[answers.first[static_cast<std::size_t>(most - votes.begin())]].right();
    for (const Workspace& workspace : round.workspaces) out.workspaces.push_back(workspace_facts(workspace, answers));
    for (const CallRecord& call : round.calls) out.calls.push_back({call.finish, call.tokens_out});
    out.b_seq = round.b_seq;
    return out;
}

}  // namespace

bool WorkspaceFacts::holds(Candidate state) const {
    return std::any_of(held.begin(), held.end(), [&](const HeldAnswer& one) { return one.state == state; });
}

bool SampleFacts::any_cut() const {
    if (final == Finish::length) return true;
    for (const RoundFacts& round : rounds) {
        for (const DraftFacts& draft : round.drafts)
            if (draft.finish == Finish::length) return true;
        for (const WorkspaceFacts& workspace : round.workspaces)
            if (workspace.truncated) return true;
    }
    return false;
}

SampleFacts facts_of(const SampleRecord& record, const Verifier* verifier) {
    SampleFacts out;
    out.problem = record.problem;
    out.sample = record.sample;
    out.scored = verifier == nullptr || verifier->can_judge();
    out.right = record.right();
    out.failed = record.error.has_value();
    out.answer = record.answer;
    out.budget = record.budget;
    out.wall_s = record.wall_s;
    for (const RoundRecord& round : record.rounds) out.rounds.push_back(round_facts(round, verifier));
    if (record.final) out.final = record.final->finish;
    return out;
}

}  // namespace retort
