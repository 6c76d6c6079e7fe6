// What /metrics says, in Prometheus' form.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "gateway/http/server.h"
#include "gateway/upstream/fleet.h"
#include "gateway/watch/board.h"

namespace retort::gateway {

class RequestJournal;

// How a request was dealt with.
enum class Handling { own, passed, run };  // by the gateway itself, handed on, by an operator
std::string_view name(Handling handling);

// What is so now.
struct Gauges {
    ServerCounts server;
    const Fleet* fleet = nullptr;             // null: there is none
    const RequestJournal* journal = nullptr;  // likewise
    const Board* board = nullptr;             // likewise
};

// Loop thread only.
class Metrics {
  public:
    Metrics();
    ~Metrics();

    void request(Handling handling, int status, double seconds);
    void run(const RunRecord& run);  // that has ended
    void passed_hung_up();           // a handed-on request whose client went away

    std::string text(const Gauges& now) const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace retort::gateway
