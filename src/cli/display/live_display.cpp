#include "cli/display/live_display.h"

#include <boost/asio/steady_timer.hpp>
#include <chrono>

namespace retort::cli {
namespace {

constexpr std::chrono::milliseconds kTick{80};
constexpr int kIdleTicks = 6;  // after which speeds are drawn again although nothing came

}  // namespace

struct LiveDisplay::State : std::enable_shared_from_this<State> {
    State(asio::io_context& loop, int out, Picture picture, PictureObserver::Clock clock)
        : descriptor(out), observer(std::move(picture), std::move(clock)), screen(out), timer(loop) {}

    void tick() {
        draw();
        timer.expires_after(kTick);
        timer.async_wait([self = weak_from_this()](const boost::system::error_code& failed) {
            const auto state = self.lock();
            if (state && !failed && state->open) state->tick();
        });
    }

    void draw() {
        const Canvas canvas = terminal_canvas(descriptor);
        const bool resized = canvas.width != last.width || canvas.height != last.height;
        if (!observer.take_change() && !resized && ++idle < kIdleTicks) return;
        idle = 0;
        last = canvas;
        screen.draw(live_lines(observer.now(), canvas));
    }

    int descriptor;
    PictureObserver observer;
    Screen screen;
    asio::steady_timer timer;
    Canvas last;
    int idle = 0;
    bool open = true;
};

LiveDisplay::LiveDisplay(asio::io_context& loop, int descriptor, Picture picture, PictureObserver::Clock clock)
    : state_(std::make_shared<State>(loop, descriptor, std::move(picture), std::move(clock))) {
    state_->tick();
}

LiveDisplay::~LiveDisplay() {
    state_->open = false;
    state_->timer.cancel();
}

RunObserver& LiveDisplay::observer() {
    return state_->observer;
}

void LiveDisplay::begin_anew() {
    state_->screen.forget();
}

void LiveDisplay::close(Closing closing) {
    state_->open = false;
    state_->timer.cancel();
    state_->observer.close(std::move(closing));
    state_->screen.finish(closing_lines(state_->observer.now(), terminal_canvas(state_->descriptor)));
}

}  // namespace retort::cli
