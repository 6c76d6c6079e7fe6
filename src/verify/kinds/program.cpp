#include "verify/kinds/program.h"

#include <algorithm>
#include <cctype>
#include <utility>

namespace retort {
namespace {

bool is_name(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> out;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        out.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

bool is_blank(std::string_view line) {
    return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

// `name(` as a word of its own.
bool calls(std::string_view line, std::string_view name) {
    for (std::size_t at = line.find(name); at != std::string_view::npos; at = line.find(name, at + 1)) {
        const std::size_t after = line.find_first_not_of(' ', at + name.size());
        if ((at == 0 || !is_name(line[at - 1])) && after != std::string_view::npos && line[after] == '(') return true;
    }
    return false;
}

// A line at the left edge that begins the function's definition.
bool begins_definition(std::string_view line, const CodeTask& task) {
    if (line.empty() || line[0] == ' ' || line[0] == '\t' || !calls(line, task.entry_point)) return false;
    if (task.language == Language::python) return line.starts_with("def ") || line.starts_with("async def ");
    // What ends before a body begins is a declaration or a call.
    const bool ends = line.find(';') < line.find('{');
    return line[0] != '/' && line[0] != '#' && !line.starts_with("return") && !ends;
}

bool defines(std::string_view code, const CodeTask& task) {
    if (task.entry_point.empty()) return false;
    const auto lines = lines_of(code);
    return std::any_of(lines.begin(), lines.end(),
                       [&](std::string_view line) { return begins_definition(line, task); });
}

// What stands before the function in the prompt: imports, helpers.
std::string preamble(const CodeTask& task) {
    std::string out;
    for (const std::string_view line : lines_of(task.prompt)) {
        if (begins_definition(line, task)) break;
        out += std::string(line) + "\n";
    }
    return out;
}

// ---- Python

// A body at the left edge is put under its head.
std::string indented(std::string_view code) {
    const auto lines = lines_of(code);
    const auto first = std::find_if(lines.begin(), lines.end(), [](std::string_view line) { return !is_blank(line); });
    const bool is_body = first != lines.end() && (first->front() == ' ' || first->front() == '\t');
    std::string out;
    for (const std::string_view line : lines) out += (is_body ? "" : "    ") + std::string(line) + "\n";
    return out;
}

std::string python_program(const CodeTask& task, std::string_view code) {
    if (task.prompt.empty()) return std::string(code) + "\n" + task.tests + "\n";
    const bool whole = defines(code, task);
    return (whole ? preamble(task) + std::string(code) : task.prompt + indented(code)) + "\n" + task.tests + "\n";
}

// The word is read and put out of reach before the program, which runs as a module of its own: "if __name__ ==
// '__main__'" is not meant.
constexpr const char* kPythonRunner = R"(import os, sys, types
def run():
    word = sys.stdin.readline()
    nothing = os.open('/dev/null', os.O_RDONLY)
    os.dup2(nothing, 0)
    module = sys.modules['program'] = types.ModuleType('program')
    with open('program.py', encoding='utf-8') as file:
        text = file.read()
    exec(compile(text, 'program.py', 'exec'), module.__dict__)
    sys.stdout.flush()
    os.write(1, ('\n' + word).encode())
    os._exit(0)
run()
)";

// ---- C++

long open_braces(std::string_view code) {
    return std::count(code.begin(), code.end(), '{') - std::count(code.begin(), code.end(), '}');
}

// An answer's own main() is moved out of the way of the tests'.
std::string without_main(std::string_view code) {
    return "#define main main_of_the_answer\n" + std::string(code) + "\n#undef main\n";
}

// The tests begin with the brace that ends the function where the answer goes on from the prompt.
std::string cpp_program(const CodeTask& task, std::string_view code) {
    std::string tests = task.tests;
    std::string before, answer(code);
    bool closed = true;
    if (defines(code, task)) {
        before = preamble(task);
        // An answer that repeats the types of the prompt has all that it needs.
        if (before.find("union ") != std::string::npos && answer.find("union ") != std::string::npos)
            before.resize(before.find("union "));
    } else {
        answer = task.prompt + answer;
        closed = open_braces(answer) <= 0;
    }
    const std::size_t brace = tests.find_first_not_of(" \t\r\n");
    if (closed && brace != std::string::npos && tests[brace] == '}') tests.erase(brace, 1);
    constexpr std::string_view kMain = "int main() {";
    std::string end;
    if (const std::size_t at = tests.find(kMain);
        at != std::string::npos && tests.find("return") == std::string::npos) {
        tests.replace(at, kMain.size(), "void tests_of_the_answer() {");
        end =
            "#include <iostream>\n#include <string>\nint main() {\n    std::string word;\n    std::getline(std::cin, "
            "word);\n"
            "    tests_of_the_answer();\n    std::cout << '\\n' << word << std::endl;\n}\n";
    }
    if (closed) return without_main(before + answer) + tests + end;
    return answer + tests + end;
}

constexpr const char* kCompile =
    "for c in clang++-19 clang++ g++; do command -v $c >/dev/null && break; done; "
    "$c -std=c++20 -O1 -w -o program program.cpp >compile.log 2>&1 || { head -c 4000 compile.log >&2; exit 97; }; ";  // kDoesNotCompile

std::string compile_first(const CodeTask& task) {
    return task.language == Language::cpp ? kCompile + ("ulimit -t " + std::to_string(task.seconds) + "; ") : "";
}

// One test after the other, until one fails. What a program wrote is told from the script's own line by the word.
constexpr const char* kEachTest =
    "word=$1; count=$2; seconds=$3; shift 3; i=0; while [ $i -lt $count ]; do "
    "timeout -s KILL $((3*seconds)) \"$@\" <in.$i 2>errors; code=$?; printf '\\n%s %d %d\\n' \"$word\" $i $code; "
    "[ $code -eq 0 ] || { head -c 4000 errors >&2; break; }; i=$((i+1)); done; exit 0";

// The clock on the wall is generous, since the machine may be busy: what loops is stopped by the time that it computes.
SandboxLimits limits_of(const CodeTask& task) {
    constexpr std::int64_t kCompileSeconds = 60;
    constexpr double kLongest = 600;
    const auto tests = static_cast<std::int64_t>(std::max<std::size_t>(task.io_tests.size(), 1));
    SandboxLimits out;
    out.cpu_s = task.seconds;
    out.wall_s = static_cast<double>(10 + 3 * task.seconds * tests);
    if (task.language == Language::cpp) {
        out.cpu_s = std::max(out.cpu_s, kCompileSeconds);
        out.wall_s += 3 * kCompileSeconds;
        out.memory = std::int64_t{2} << 30;
    }
    out.wall_s = std::min(out.wall_s, kLongest);
    for (const IoTest& test : task.io_tests) out.output += 2 * static_cast<std::int64_t>(test.output.size());
    return out;
}

}  // namespace

std::string find_code(std::string_view solution, const CodeTask& task) {
    std::optional<std::string> last, defining, open;
    std::string block;
    for (const std::string_view line : lines_of(solution)) {
        const std::size_t mark = line.find("```");
        if (mark == std::string_view::npos) {
            if (open) *open += std::string(line) + "\n";
            continue;
        }
        if (!open) {
            open = "";
            continue;
        }
        *open += std::string(line.substr(0, mark));
        if (defines(*open, task)) defining = open;
        last = std::exchange(open, std::nullopt);
    }
    if (open && !is_blank(*open)) {  // cut off
        if (defines(*open, task)) defining = open;
        last = open;
    }
    if (defining) return *defining;
    return last.value_or(std::string(solution));
}

SandboxCommand program_of(const CodeTask& task, std::string_view code, const std::string& word) {
    const bool cpp = task.language == Language::cpp;
    SandboxCommand out;
    out.limits = limits_of(task);
    if (!task.io_tests.empty()) {
        out.files.push_back({cpp ? "program.cpp" : "program.py", std::string(code) + "\n"});
        for (std::size_t i = 0; i < task.io_tests.size(); ++i)
            out.files.push_back({"in." + std::to_string(i), task.io_tests[i].input});
        out.argv = {"/bin/sh",
                    "-c",
                    compile_first(task) + kEachTest,
                    "sh",
                    word,
                    std::to_string(task.io_tests.size()),
                    std::to_string(task.seconds)};
        for (const char* part : cpp ? std::vector<const char*>{"./program"} : std::vector{"python3", "program.py"})
            out.argv.emplace_back(part);
        return out;
    }
    out.input = word + "\n";
    out.files.push_back(
        {cpp ? "program.cpp" : "program.py", cpp ? cpp_program(task, code) : python_program(task, code)});
    if (cpp) {
        out.argv = {"/bin/sh", "-c", compile_first(task) + "exec ./program"};
    } else {
        out.files.push_back({"run.py", kPythonRunner});
        out.argv = {"python3", "run.py"};
    }
    return out;
}

}  // namespace retort
