// Programs, judged by running them on tests in the sandbox. A line has "test" (code; with "entry_point" in Python),
// "test_list" (assertions) or "tests" ([{"stdin","stdout"}]); "language" is python or cpp.
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "verify/kinds/kinds.h"
#include "verify/kinds/line.h"
#include "verify/kinds/program.h"

namespace retort {
namespace {

using nlohmann::json;

constexpr std::size_t kLongestCode = std::size_t{64} << 10;
constexpr std::size_t kMostTests = 200;
constexpr std::size_t kMostTestBytes = std::size_t{16} << 20;
constexpr std::int64_t kMostSeconds = 60;

// Nobody can know it before.
std::string fresh_word() {
    std::array<unsigned char, 16> bytes{};
    if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) return "";
    std::string out = "passed-";
    for (const unsigned char byte : bytes) {
        out += "0123456789abcdef"[byte >> 4];
        out += "0123456789abcdef"[byte & 15];
    }
    return out;
}

// Lines without what is blank at their ends, and no blank ones at the end.
std::string trimmed_lines(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        out += line.substr(0, line.find_last_not_of(" \t\r") + 1);
        out += '\n';
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    out.erase(out.find_last_not_of('\n') + 1);
    return out;
}

std::string last_line(std::string_view text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.remove_suffix(1);
    const std::size_t begin = text.rfind('\n');
    text = begin == std::string_view::npos ? text : text.substr(begin + 1);
    return std::string(text.substr(0, 200));
}

std::string first_error(const std::string& said) {
    const std::size_t at = said.find("error: ");
    if (at == std::string::npos) return last_line(said);
    return said.substr(at, std::min<std::size_t>(said.find('\n', at) - at, 200));
}

Judgement judge_ending(const SandboxResult& ran) {
    if (ran.end == SandboxEnd::refused) return {Verdict::unknown, "not run: " + ran.reason};
    if (ran.end != SandboxEnd::exited) return {Verdict::different, ran.reason};
    if (ran.code == kDoesNotCompile) return {Verdict::different, "does not compile: " + first_error(ran.errors)};
    return {Verdict::equal, ""};
}

Judgement judge_tests(const SandboxResult& ran, const std::string& word) {
    if (ran.code == 0 && ran.output.ends_with("\n" + word + "\n")) return {Verdict::equal, "passes the tests"};
    const std::string said = last_line(ran.errors);
    if (!said.empty()) return {Verdict::different, said};
    return {Verdict::different,
            ran.code == 0 ? "ended before the tests did" : "exit status " + std::to_string(ran.code)};
}

Judgement judge_io(const SandboxResult& ran, const std::string& word, const std::vector<IoTest>& tests) {
    std::string_view rest = ran.output;
    for (std::size_t i = 0; i < tests.size(); ++i) {
        const std::string which = "test " + std::to_string(i + 1) + ": ",
                          mark = "\n" + word + " " + std::to_string(i) + " ";
        const std::size_t at = rest.find(mark);
        if (at == std::string_view::npos) return {Verdict::different, which + "not reached; " + last_line(ran.errors)};
        const std::string_view status = rest.substr(at + mark.size());
        const std::size_t end = std::min(status.find('\n'), status.size());
        const std::string_view code = status.substr(0, end);
        if (code == "137" || code == "152") return {Verdict::different, which + "out of time or memory"};
        if (code != "0")
            return {Verdict::different, which + "exit status " + std::string(code) + "; " + last_line(ran.errors)};
        if (trimmed_lines(rest.substr(0, at)) != trimmed_lines(tests[i].output))
            return {Verdict::different, which + "wrong output"};
        rest = status.substr(std::min(end + 1, status.size()));
    }
    return {Verdict::equal, "passes " + std::to_string(tests.size()) + " tests"};
}

// What runs it must be where the sandbox looks: elsewhere it is out of reach.
bool is_installed(const std::string& program) {
    for (const char* folder : {"/usr/local/bin/", "/usr/bin/", "/bin/"})
        if (access((folder + program).c_str(), X_OK) == 0) return true;
    return false;
}

std::string missing_tool(Language language) {
    if (language == Language::python)
        return is_installed("python3") ? "" : "python3 is neither in /usr/bin nor in /usr/local/bin";
    for (const char* compiler : {"clang++-19", "clang++", "g++"})
        if (is_installed(compiler)) return "";
    return "no C++ compiler (clang++-19, clang++, g++) in /usr/bin";
}

class CodeVerifier : public Verifier {
  public:
    explicit CodeVerifier(CodeTask task) : task_(std::move(task)) {}

    std::optional<std::string> extract(std::string_view solution) const override {
        std::string code = find_code(solution, task_);
        code.erase(code.find_last_not_of(" \t\r\n") + 1);
        code.erase(0, std::min(code.find_first_not_of("\r\n"), code.size()));
        if (code.empty() || code.size() > kLongestCode) return std::nullopt;
        return code;
    }

    Judgement judge(std::string_view answer) const override {
        if (answer.size() > kLongestCode) return {Verdict::different, "more than 64 KiB of code"};
        const std::string missing = missing_tool(task_.language), word = fresh_word();
        if (!missing.empty()) return {Verdict::unknown, "not run: " + missing};
        if (word.empty()) return {Verdict::unknown, "not run: no random numbers"};
        const SandboxResult ran = sandbox().run(program_of(task_, answer, word));
        const Judgement ending = judge_ending(ran);
        if (ending.verdict != Verdict::equal) return ending;
        return task_.io_tests.empty() ? judge_tests(ran, word) : judge_io(ran, word, task_.io_tests);
    }

    bool same(std::string_view a, std::string_view b) const override { return trimmed_lines(a) == trimmed_lines(b); }

    bool can_judge() const override { return true; }
    bool is_slow() const override { return true; }

  private:
    CodeTask task_;
};

// ---- from the line

std::optional<Language> language_of(const json& line) {
    const auto named = text_field(line, "language");
    if (!named) {
        const std::string test = text_field(line, "test").value_or("");
        return test.find("int main(") == std::string::npos ? Language::python : Language::cpp;
    }
    if (*named == "python" || *named == "python3" || *named == "py") return Language::python;
    if (*named == "cpp" || *named == "c++") return Language::cpp;
    return std::nullopt;
}

// "auto candidate = name;" is how the C++ sets say it.
std::string candidate_in(const std::string& tests) {
    constexpr std::string_view kMark = "auto candidate = ";
    const std::size_t at = tests.find(kMark);
    if (at == std::string::npos) return "";
    const std::size_t begin = at + kMark.size();
    return tests.substr(begin, std::min(tests.find(';', begin), tests.size()) - begin);
}

std::string add_test_code(const json& line, CodeTask& task) {
    task.tests = *text_field(line, "test");
    task.prompt = text_field(line, "prompt").value_or(text_field(line, "problem").value_or(""));
    task.entry_point = text_field(line, "entry_point").value_or(candidate_in(task.tests));
    if (task.language == Language::python && task.entry_point.empty())
        return "expected \"entry_point\", the name of the function that \"test\" checks";
    if (task.language == Language::python) task.tests += "\ncheck(" + task.entry_point + ")";
    return "";
}

std::string add_assertions(const json& line, CodeTask& task) {
    const json& list = line["test_list"];
    task.tests = text_field(line, "test_setup_code").value_or("") + "\n";
    for (const json& test : list) {
        if (!test.is_string()) return "expected \"test_list\", a list of assertions";
        task.tests += test.get<std::string>() + "\n";
    }
    if (list.empty()) return "expected at least one assertion in \"test_list\"";
    return "";
}

std::string add_io_tests(const json& line, CodeTask& task) {
    constexpr const char* kExpected =
        "expected \"tests\", a list of 1 to 200 {\"stdin\",\"stdout\"} of together 16 MiB at most";
    const json& list = line["tests"];
    if (!list.is_array() || list.empty() || list.size() > kMostTests) return kExpected;
    std::size_t bytes = 0;
    for (const json& test : list) {
        const auto output = test.is_object() ? text_field(test, "stdout") : std::nullopt;
        if (!output) return kExpected;
        task.io_tests.push_back({text_field(test, "stdin").value_or(""), *output});
        bytes += task.io_tests.back().input.size() + output->size();
    }
    return bytes > kMostTestBytes ? kExpected : "";
}

std::string add_tests(const json& line, CodeTask& task) {
    if (text_field(line, "test")) return add_test_code(line, task);
    if (const auto list = line.find("test_list"); list != line.end() && list->is_array())
        return add_assertions(line, task);
    if (line.contains("tests")) return add_io_tests(line, task);
    return "expected \"test\" (code), \"test_list\" (assertions) or \"tests\" ([{\"stdin\",\"stdout\"}])";
}

std::string fenced(const std::string& tag, const std::string& code) {
    return "```" + tag + "\n" + code + (code.ends_with('\n') ? "" : "\n") + "```\n";
}

std::string text_for_model(const json& line, const CodeTask& task) {
    const bool cpp = task.language == Language::cpp;
    const std::string tag = cpp ? "cpp" : "python", named = cpp ? "C++" : "Python";
    const std::string problem = text_field(line, "problem").value_or("");
    const std::string block = " in one fenced code block that begins with ```" + tag + ".";
    if (!task.prompt.empty())
        return "Complete this " + named + " function.\n\n" + fenced(tag, task.prompt) +
               "\nThe answer is the whole function" + block;
    if (!task.io_tests.empty())
        return problem + "\n\nWrite a " + named +
               " program that reads from standard input and writes to standard output. The "
               "answer is the whole program" +
               block;
    return problem + "\n\nIt must pass these tests:\n\n" +
           fenced(tag, task.tests.substr(std::min(task.tests.find_first_not_of('\n'), task.tests.size()))) +
           "\nThe answer is " + named + " code" + block;
}

}  // namespace

KindResult make_code(std::string_view text) {
    const auto line = json::parse(text, nullptr, false);
    if (!line.is_object()) return kind_error("expected a JSON object");
    const auto language = language_of(line);
    if (!language) return kind_error("expected \"language\" python or cpp, found " + line["language"].dump());
    CodeTask task;
    task.language = *language;
    const std::string wrong = add_tests(line, task);
    if (!wrong.empty()) return kind_error(wrong);
    if (const auto seconds = line.find("timeout"); seconds != line.end() && seconds->is_number())
        task.seconds =
            std::clamp<std::int64_t>(static_cast<std::int64_t>(seconds->get<double>() + 0.999), 1, kMostSeconds);
    if (!text_field(line, "problem")) return kind_error("expected \"problem\", a text");
    KindResult out;
    out.problem = text_for_model(line, task);
    out.reference = reference_field(line);
    out.verifier = std::make_shared<const CodeVerifier>(std::move(task));
    return out;
}

}  // namespace retort
