// The trainer's options, in one place for the trainer that reads them and for the program that starts it.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace retort::cli {

inline constexpr const char* kTrainAbout = "Train a model by SFT and by reinforcement through the operators";

struct TrainArguments {
    std::string file;
    std::vector<std::string> words;  // "key=value"
    bool resume = false;
    bool dry_run = false;
    bool check = false;
    bool quiet = false;
    bool keys = false;
};

// `arguments` must outlive the App.
void add_train_options(CLI::App& app, TrainArguments& arguments);

}  // namespace retort::cli
