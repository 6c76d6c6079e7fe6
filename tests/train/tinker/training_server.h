// A training server for tests, on loopback and a thread of its own: the JSON dialect of the Tinker protocol over a real
// net (see server_model.h), with faults as told. Stricter than most real servers: numbers of requests without a gap,
// weights that are a mask, names that are used once, few live models, and sampling that writes into the weights that
// are trained.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "support/mock_server.h"
#include "train/tinker/server_model.h"

namespace retort::train::tinker::test {

// What happens to some requests of a route, "forward_backward".
struct Fault {
    std::string route;
    int first = 1;                                    // of the route's requests, from 1
    int times = 1;                                    // so many in a row
    bool done = false;                                // the server does what was asked, and only its answer is another
    bool twice = false;                               // it gets it twice, and answers the second, as by a proxy's retry
    bool restart = false;                             // before: live models are forgotten, checkpoints and results stay
    int status = 0;                                   // of the answer; 0: it hangs up without one
    std::string body = {};                            // of the answer
    std::vector<std::string> headers = {};            // of the answer
    std::chrono::milliseconds latency{0};             // before the answer
    std::function<void(nlohmann::json&)> spoil = {};  // changes the result, and nothing else happens
};

struct ServerSettings {
    std::string base_model = "tiny-model";
    Reduction reduction = Reduction::seq_mean;
    bool knows_numbers = false;  // (model, seq_id) of a request that it has: the promise that it gave
    bool flags = true;           // it has /client/config
    bool tells_norm = true;      // of a step's gradient
    nlohmann::json metrics = nlohmann::json::object();  // of each forward and forward_backward
    std::string key;                                    // that X-API-Key must be; empty: any, and none
    std::string jwt;                                    // what the key is changed for; empty: nothing
    bool loads_late = true;                             // load_weights is taken of a model that has had requests
    bool hands_on = false;        // to a new model what one that was given up had gathered of a gradient
    int polls = 0;                // of each promise, that are answered by try_again
    std::size_t most_models = 2;  // that live
    bool proto = false;           // it knows the binary form, and takes forward_backward in no other
    bool packs = false;           // and wants it packed
    bool archives = false;        // it gives adapters away
    bool gzips = true;            // them; else it gives a plain tar
    bool hosted_paths = false;    // of what is kept for samplers: RUN/sampler_weights/NAME
    bool unordered = false;       // what is promised first is ready after what is promised next
    nlohmann::json says = nlohmann::json::object();  // of its model, beside the name
    std::int64_t rank = -1;                          // that it makes, whatever is asked for; -1: what is
    float completion_offset = 0;  // of log-probabilities of completions from those that forward tells
    std::vector<Fault> faults;
};

class TrainingServer {
  public:
    TrainingServer(const NetShape& shape, std::vector<NamedTensor> weights, ServerSettings settings = {});

    std::string url() const;

    // Where it speaks OpenAI's API, as vLLM does.
    std::string completions_url() const { return url() + "/v1"; }

    // Of a route, with those that failed.
    int requests(const std::string& route) const;
    // Optimiser steps that models have made, those that came to nothing included; without those of no length.
    int steps() const;
    std::size_t live_models() const;
    // The body of the last request of a route.
    nlohmann::json last(const std::string& route) const;

  private:
    using Json = nlohmann::json;
    struct Answer {
        int status = 200;
        Json body;
    };
    struct Live {
        ServerModel net;
        std::string session;
        std::int64_t seq_id = 0;                       // the highest so far
        std::map<std::int64_t, std::string> promises;  // by seq_id
    };
    struct Sampled {
        std::string model;
        std::vector<NamedTensor> weights;
    };

    retort::test::MockReply serve(const retort::test::MockRequest& request);
    Answer proto_pass(const retort::test::MockRequest& request);
    const Fault* fault_of(const std::string& route, int number) const;
    Answer answer(const std::string& route, const retort::test::MockRequest& request);
    Answer allowed(const std::string& route, const retort::test::MockRequest& request) const;
    Answer simple(const std::string& route, const Json& body);
    Answer work(const std::string& route, const Json& body);
    Answer numbered(const std::string& route, const Json& body);
    Answer result_of(const std::string& route, Live& live, const Json& body);
    Answer pass(Live& live, const Json& input, bool backward);
    Answer step(Live& live, const Json& parameters);
    Answer save(Live& live, const std::string& model, const std::string& name);
    Answer save_for_sampler(Live& live, const Json& body);
    Answer load(Live& live, const Json& body);
    Answer create_model(const Json& body);
    Answer unload(const Json& body);
    Answer sample(const Json& body);
    retort::test::MockReply archive(const std::string& route) const;
    retort::test::MockReply complete(const Json& body);
    retort::test::MockReply load_adapter(const Json& body);
    SampledSequence drawn(ServerModel& net, const std::vector<TokenId>& prompt, const std::set<TokenId>& stop,
                          SampleParameters parameters);
    std::uint64_t drawn_before(std::uint32_t& seed, std::size_t prompt);
    Answer poll(const Json& body);
    Answer promise(Answer result);
    void restart();

    const NetShape shape_;
    const std::vector<NamedTensor> weights_;
    const ServerSettings settings_;
    mutable std::mutex mutex_;
    std::map<std::string, int> requests_;
    std::map<std::string, Json> last_;
    const Fault* spoiling_ = nullptr;  // the result under way
    std::map<std::string, Live> models_;
    std::map<std::string, NetState> checkpoints_;
    std::map<std::string, Sampled> samplers_;
    std::map<std::string, Sampled> saved_for_sampler_;  // by path
    std::map<std::string, std::string> adapters_;       // that are loaded: the path, by name
    struct Promised {
        Answer result;
        std::size_t number = 0;  // from 0
        int polls = 0;
    };
    std::map<std::string, Promised> promises_;
    struct Drawn {
        std::uint32_t seed = 0;
        std::size_t prompt = 0;  // tokens
    };
    std::map<std::uint32_t, Drawn> goes_on_;  // by the seed of a call's later sample
    std::vector<SentData> handed_on_;
    int created_ = 0;
    int steps_ = 0;
    retort::test::MockServer server_;  // last: its thread uses all of the above
};

}  // namespace retort::train::tinker::test
