// Journals of two methods and what a report makes of them, for the tests of reports.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "eval/report/report.h"
#include "eval/report_journal.h"
#include "record/support.h"

namespace retort::test {

inline StepDefaults small_defaults() {
    StepDefaults out;
    out.think = 100;
    out.max_answer = 60;
    out.workspace = 200;
    return out;
}

inline EvalShape shape(const std::string& method) {
    EvalShape out;
    out.method = method;
    out.defaults = small_defaults();
    return out;
}

// A journal of two methods with failures and cuts in it.
struct TwoMethods {
    TwoMethods() {
        EvalJournal journal(path);
        cot = journal.add(shape("cot"), suite_of_sums(12), student({4, 60, 9, 11}));
        pdr = journal.add(shape("pdr:4,2"), suite_of_sums(12), student({7, 20, 13, 17, "</script><img onerror=x>"}));
        journal.close();
    }
    const TemporaryFolder folder;
    const std::string path = folder.file("two.db");
    std::string cot;
    std::string pdr;
};

inline nlohmann::json data_of(const Evaluation& evaluation) {
    return nlohmann::json::parse(report_data_json(evaluation, {"", "", "", "retort test"}));
}

}  // namespace retort::test
