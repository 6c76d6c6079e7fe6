// Calls, B_total and B_seq against what the server counted by itself, to the token: every method and distiller.
#include <map>
#include <mutex>

#include "engine_http/harness.h"

namespace retort::test {
namespace {

// What the server saw: tokens of each request, told apart by the seed that each call has of its own.
class Counting {
  public:
    MockOptions options(bool bad_selection) {
        MockOptions out;
        out.bad_selection = bad_selection;
        const MockOptions usual = out;
        out.script = [this, usual](const MockRequest& request) -> std::optional<MockReply> {
            if (request.method != "POST") return std::nullopt;
            MockReply reply = usual_reply(request, usual);
            std::int64_t in = 0;
            for (const auto& message : request.json["messages"]) in += words(message["content"].get<std::string>());
            const std::scoped_lock lock(mutex_);
            tokens_[request.json["seed"].get<std::uint32_t>()] += in + written(reply);
            ++requests_;
            return reply;
        };
        return out;
    }

    std::int64_t requests() const { return requests_; }
    std::int64_t total() const {
        std::int64_t out = 0;
        for (const auto& [seed, tokens] : tokens_) out += tokens;
        return out;
    }
    // Of the call at this place; the run's seed is 0.
    std::int64_t at(int round, int draft, CallRole role, int turn = 0) const {
        const auto found = tokens_.find(call_seed(0, {"p", 0, round, draft, role, turn}));
        return found == tokens_.end() ? 0 : found->second;
    }

  private:
    static std::int64_t written(const MockReply& reply) {
        std::string all;
        for (const std::string& piece : reply.pieces) all += piece;
        const std::string key = "\"completion_tokens\":";
        return std::stoll(all.substr(all.find(key) + key.size()));
    }

    std::mutex mutex_;
    std::map<std::uint32_t, std::int64_t> tokens_;
    std::int64_t requests_ = 0;
};

// The heaviest path, followed backwards from the answer through the workspaces that the result names: written apart
// from the ledger, from the definition alone.
class PathByDefinition {
  public:
    PathByDefinition(const RunResult& result, const Counting& counting) : result_(result), counting_(counting) {}

    std::int64_t b_seq() const {
        const auto rounds = static_cast<int>(result_.rounds.size());
        if (result_.choice) return of_choice(rounds);
        if (result_.final) return counting_.at(rounds + 1, -1, CallRole::final) + read_by(rounds, "final");
        std::int64_t heaviest = 0;
        for (std::size_t i = 0; i < result_.rounds.back().drafts.size(); ++i)
            heaviest = std::max(heaviest, draft(rounds, static_cast<int>(i)));
        return heaviest;
    }

  private:
    // The tokens of a call of the judge, by its path ("r2.judge.d3.t1").
    std::int64_t judge(int round, const std::string& path) const {
        const auto turn = path.find(".t");
        return counting_.at(round, reader_index(path), CallRole::judge,
                            turn == std::string::npos ? 0 : std::stoi(path.substr(turn + 2)));
    }

    // Scores: the heaviest draft with all calls on it. Votes: a winner has waited for its group and the heaviest vote.
    std::int64_t of_choice(int rounds) const {
        std::map<std::string, std::int64_t> path;
        for (std::size_t i = 0; i < result_.rounds.back().drafts.size(); ++i)
            path[result_.rounds.back().drafts[i].path] = draft(rounds, static_cast<int>(i));
        const std::vector<JudgeCall>& calls = result_.choice->calls;
        std::int64_t heaviest = 0;
        for (std::size_t first = 0, last = 0; first < calls.size(); first = last) {
            std::int64_t group = 0;
            std::int64_t vote = 0;
            for (const std::string& read : calls[first].read) group = std::max(group, path[read]);
            for (; last < calls.size() && comparison(calls[last]) == comparison(calls[first]); ++last)
                vote = std::max(vote, judge(rounds + 1, calls[last].path));
            for (const std::string& read : calls[first].read) path[read] = group + vote;
            heaviest = std::max(heaviest, group + vote);
        }
        return path.contains(result_.choice->draft) && calls.front().read.size() > 1 ? path[result_.choice->draft]
                                                                                     : heaviest;
    }

    static std::pair<int, bool> comparison(const JudgeCall& call) {
        const bool again = call.read.size() == 1 && call.path.find(".t") != std::string::npos;
        return {reader_index(call.path), again};
    }

    std::int64_t draft(int round, int index) const {
        const std::string path = Place{"", 0, round, index, CallRole::draft, 0}.path();
        return counting_.at(round, index, CallRole::draft) + read_by(round - 1, path);
    }

    // What the reader at this path waited for.
    std::int64_t read_by(int round, const std::string& path) const {
        if (round == 0) return 0;
        for (const Workspace& workspace : result_.rounds[static_cast<std::size_t>(round - 1)].workspaces)
            for (const std::string& reader : workspace.read_by)
                if (reader == path) return workspace_path(round, workspace, reader_index(path));
        return 0;
    }

    static int reader_index(const std::string& path) {
        return path == "final" ? 0 : std::stoi(path.substr(path.find(".d") + 2));
    }

    std::int64_t workspace_path(int round, const Workspace& workspace, int reader) const {
        const std::int64_t all = heaviest_of_round(round);
        const std::int64_t summary = counting_.at(round, -1, CallRole::summary);
        const std::int64_t analysis = counting_.at(round, -1, CallRole::analysis);
        std::int64_t select = 0;
        for (const int of : {-1, reader})
            for (const int turn : {0, 1}) select += counting_.at(round, of, CallRole::select, turn);
        if (summary + analysis + select > 0) return all + summary + analysis + select;
        std::int64_t sources = 0;
        for (const std::string& source : workspace.sources)
            sources = std::max(sources, draft(round, reader_index(source)));
        return workspace.sources.empty() ? all : sources;
    }

    std::int64_t heaviest_of_round(int round) const {
        std::int64_t out = 0;
        for (std::size_t i = 0; i < result_.rounds[static_cast<std::size_t>(round - 1)].drafts.size(); ++i)
            out = std::max(out, draft(round, static_cast<int>(i)));
        return out;
    }

    const RunResult& result_;
    const Counting& counting_;
};

struct CountCase {
    std::string method;
    DistillerKind distiller;
    std::int64_t calls;
    bool bad_selection = false;
};

std::ostream& operator<<(std::ostream& out, const CountCase& c) {
    return out << c.method << " " << name(c.distiller) << (c.bad_selection ? " with unreadable selections" : "");
}

class Counts : public testing::TestWithParam<CountCase> {};

TEST_P(Counts, AreThoseOfTheServerToTheToken) {
    const CountCase& c = GetParam();
    Counting counting;
    const MockServer server(counting.options(c.bad_selection));
    RemoteEngine engine(server);
    engine.defaults.distiller = c.distiller;
    const RunResult result = engine.run(c.method);
    ASSERT_FALSE(result.error) << result.error->message;
    EXPECT_EQ(result.budget.calls, c.calls);
    EXPECT_EQ(result.budget.calls, counting.requests());
    EXPECT_EQ(result.budget.b_total, counting.total());
    EXPECT_EQ(result.budget.b_seq, PathByDefinition(result, counting).b_seq());
    EXPECT_EQ(result.budget.failed_calls, 0);
    EXPECT_FALSE(result.budget.estimated);
}

INSTANTIATE_TEST_SUITE_P(
    EveryMethod, Counts,
    testing::Values(
        CountCase{"cot", DistillerKind::summary, 1}, CountCase{"sr:4", DistillerKind::summary, 4},
        CountCase{"sr:3,analysis", DistillerKind::summary, 5}, CountCase{"vote:5", DistillerKind::summary, 5},
        CountCase{"best:5", DistillerKind::summary, 10}, CountCase{"best:5", DistillerKind::summary, 15, true},
        CountCase{"tournament:16,2,4", DistillerKind::summary, 76},
        CountCase{"tournament:7,2,3", DistillerKind::summary, 7 + 6 * 3},
        CountCase{"rsa:4,2,3", DistillerKind::summary, 12}, CountCase{"pacore:8,4", DistillerKind::summary, 13},
        CountCase{"pdr:8,4", DistillerKind::summary, 15}, CountCase{"pdr:8,4", DistillerKind::topk, 15},
        CountCase{"pdr:8,4", DistillerKind::topk, 17, true}, CountCase{"pdr:8,4", DistillerKind::topk_each, 18},
        CountCase{"pdr:8,4", DistillerKind::topk_each, 23, true}, CountCase{"pdr:8,4", DistillerKind::random, 13},
        CountCase{"pdr:8,4", DistillerKind::conclusions, 13}, CountCase{"pdr:8,4", DistillerKind::full, 13},
        CountCase{"pdr:8,4", DistillerKind::oracle_correct, 13},
        CountCase{"pdr:8,4", DistillerKind::oracle_incorrect, 13},
        CountCase{"pdr:16,8,4", DistillerKind::summary, 32}));

}  // namespace
}  // namespace retort::test
