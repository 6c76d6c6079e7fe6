// Pictures and lines for the tests of the display.
#pragma once

#include <string>
#include <vector>

#include "cli/display/lines.h"
#include "cli/display/picture_observer.h"

namespace retort::cli {

inline std::vector<std::string> plain(const std::vector<Line>& lines) {
    std::vector<std::string> out;
    for (const Line& line : lines) out.push_back(paint(line, false));
    return out;
}

inline std::string text_of(const std::vector<Line>& lines) {
    std::string out;
    for (const std::string& line : plain(lines)) out += line + "\n";
    return out;
}

// A run of two rounds of `width` and `next` drafts, then a call; its clock is set by hand.
class DrawnRun {
  public:
    explicit DrawnRun(int width, int next = 4) : observer(start(width, next), [this] { return now_s; }) {}

    static Picture start(int width, int next) {
        Picture out;
        out.problem = "Use 3, 7, 25, 50 to make 114";
        out.settings = "pdr:8,4 · random 4 · retort-mini · seed 1";
        out.schedule.rounds = {round_of(width), round_of(next)};
        return out;
    }

    static Round round_of(int width) {
        Round round;
        round.width = width;
        round.think = 0;
        round.max_answer = 128;
        round.distil = {DistillerKind::random, 4, 256, "", 0, 128, ""};
        return round;
    }

    static Place place(int round, int draft) { return {"p", 0, round, draft, CallRole::draft, 0}; }

    static Draft draft(int round, int index, std::optional<std::string> answer, Finish finish = Finish::stop) {
        Draft out;
        out.path = place(round, index).path();
        out.landed = true;
        out.has_solution = answer.has_value();
        out.answer = std::move(answer);
        out.completion.finish = finish;
        out.completion.usage.out = 92;
        return out;
    }

    void begin(int round, int width) {
        observer.round_started(round, round_of(width));
        for (int i = 0; i < width; ++i) observer.call_started(place(round, i));
    }

    std::vector<Line> live(int width, int height, bool unicode = true) {
        return live_lines(observer.now(), {width, height, unicode});
    }

    double now_s = 0;
    PictureObserver observer;
};

}  // namespace retort::cli
