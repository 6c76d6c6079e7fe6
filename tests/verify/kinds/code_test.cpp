#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <vector>

#include "verify/kinds/program.h"
#include "verify/kinds/support.h"
#include "verify/sandbox/support.h"

namespace retort::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class Code : public SandboxTest {};

const json kFunction{
    {"kind", "code"},
    {"problem", "import math\n\ndef helper(x):\n    return x\n\ndef twice(x):\n    \"\"\" Doubles x. \"\"\"\n"},
    {"test", "def check(candidate):\n    assert candidate(2) == 4\n    assert candidate(-1) == -2, 'minus'\n"},
    {"entry_point", "twice"}};

const json kProse{{"kind", "code"},
                  {"problem", "Write a function twice that doubles a number."},
                  {"test_list", {"assert twice(2) == 4", "assert twice(Box(3)) == 6"}},
                  {"test_setup_code", "class Box(int): pass"}};

const json kEcho{{"kind", "code"},
                 {"problem", "Read two numbers and write their sum."},
                 {"tests", {{{"stdin", "1 2\n"}, {"stdout", "3\n"}}, {{"stdin", "-4 4\n"}, {"stdout", "0"}}}}};

const json kCpp{{"kind", "code"},
                {"problem", "#include<assert.h>\n// Doubles x.\nlong twice(long x) {\n"},
                {"test", "}\nint main() {\n    auto candidate = twice;\n    assert(candidate((2)) == (4));\n}\n"}};

TEST_F(Code, RunsAFunctionOnItsTests) {
    const auto verifier = verifier_of(kFunction.dump());
    for (const std::string& solution : std::vector<std::string>{
             "    return helper(2 * x)\n",
             "return 2 * x",
             "def twice(x):\n    return math.floor(helper(2 * x))\n",
             "So:\n```python\ndef twice(x):\n    return 2 * x\n```\nFor example:\n```python\nprint(twice(2))\n```\n",
             "```python\ndef twice(x):\n    return 2 * x\n\nif __name__ == '__main__':\n    print(input())\n```",
             "```\ndef twice(x):\n    print('noise')\n    return 2 * x\n",
         })
        EXPECT_EQ(verdict_on(*verifier, solution), Verdict::equal) << solution;
    EXPECT_TRUE(verifier->is_slow());
}

TEST_F(Code, SaysWhyAFunctionFails) {
    const auto verifier = verifier_of(kFunction.dump());
    EXPECT_THAT(verifier->judge("def twice(x): return abs(2 * x)").reason, HasSubstr("AssertionError: minus"));
    EXPECT_THAT(verifier->judge("def twice(x): return y").reason, HasSubstr("NameError"));
    EXPECT_THAT(verifier->judge("def twice(x: return 1").reason, HasSubstr("SyntaxError"));
    EXPECT_EQ(verifier->judge("I would double it.").verdict, Verdict::different);
}

TEST_F(Code, LeavingEarlyIsNotPassing) {
    const auto verifier = verifier_of(kFunction.dump());
    for (const std::string& code :
         std::vector<std::string>{"import sys\ndef twice(x): sys.exit(0)", "import os\ndef twice(x): os._exit(0)",
                                  "raise SystemExit(0)\ndef twice(x): pass",
                                  "import os\nos.lseek(0, 0, 0)\nprint(os.read(0, 100).decode(), "
                                  "flush=True)\nos._exit(0)\ndef twice(x): pass"}) {
        EXPECT_EQ(verifier->judge(code).verdict, Verdict::different) << code;
    }
}

TEST_F(Code, ALoopEndsAndSaysSo) {
    json line = kFunction;
    line["timeout"] = 1;
    const Judgement judged = verifier_of(line.dump())->judge("def twice(x):\n    while True: pass\n");
    EXPECT_EQ(judged.verdict, Verdict::different);
    EXPECT_THAT(judged.reason, HasSubstr("out of computing time"));
}

TEST_F(Code, RunsAssertionsAfterTheirSetting) {
    const auto verifier = verifier_of(kProse.dump());
    EXPECT_EQ(verdict_on(*verifier, "def twice(x):\r\n  return x * 2\r\n"), Verdict::equal);
    EXPECT_EQ(verdict_on(*verifier, "```python\ndef twice(x): return x\n```"), Verdict::different);
}

TEST_F(Code, ComparesWhatAProgramWrites) {
    const auto verifier = verifier_of(kEcho.dump());
    EXPECT_EQ(verdict_on(*verifier, "```python\na, b = map(int, input().split())\nprint(a + b, '')\n```"),
              Verdict::equal);
    EXPECT_THAT(verifier->judge("print(3)").reason, HasSubstr("test 2: wrong output"));
    EXPECT_THAT(verifier->judge("1 / 0").reason, testing::AllOf(HasSubstr("test 1"), HasSubstr("ZeroDivisionError")));
}

TEST_F(Code, RunsACppFunctionThatGoesOnFromThePrompt) {
    const auto verifier = verifier_of(kCpp.dump());
    EXPECT_EQ(verifier->judge("    return 2 * x;").verdict, Verdict::equal);
    EXPECT_THAT(verifier->judge("    return x;\n}").reason, HasSubstr("Assertion"));
}

TEST_F(Code, RunsAWholeCppFunction) {
    const auto verifier = verifier_of(kCpp.dump());
    EXPECT_EQ(verifier->judge("long twice(long x) {\n    return x + x;\n}\nint main() { return 1; }").verdict,
              Verdict::equal);
    EXPECT_THAT(verifier->judge("#include <cstdlib>\nlong twice(long x) { std::exit(0); }").reason, HasSubstr("ended"));
}

TEST_F(Code, RunsACppProgram) {
    json line = kEcho;
    line["language"] = "cpp";
    const auto verifier = verifier_of(line.dump());
    EXPECT_EQ(
        verifier->judge("#include <cstdio>\nint main() { int a, b; scanf(\"%d%d\", &a, &b); printf(\"%d\", a + b); }")
            .verdict,
        Verdict::equal);
    EXPECT_THAT(verifier->judge("int main() { return x; }").reason, HasSubstr("does not compile: error: "));
}

TEST(CodeText, SaysWhatFormTheAnswerHas) {
    EXPECT_THAT(make_verifier(kFunction.dump()).problem,
                testing::AllOf(HasSubstr("```python\nimport math"), HasSubstr("whole function")));
    EXPECT_THAT(make_verifier(kProse.dump()).problem, HasSubstr("assert twice(2) == 4"));
    EXPECT_THAT(make_verifier(kEcho.dump()).problem, HasSubstr("standard input"));
    EXPECT_THAT(make_verifier(kCpp.dump()).problem, HasSubstr("```cpp"));
}

TEST(CodeText, NamesWhatALineLacks) {
    const std::vector<json> lines{{{"problem", "x"}},
                                  {{"problem", "x"}, {"test", "def check(c): pass"}},
                                  {{"problem", "x"}, {"test_list", json::array()}},
                                  {{"problem", "x"}, {"tests", json::array()}},
                                  {{"problem", "x"}, {"tests", {{{"stdin", "1"}}}}},
                                  {{"problem", "x"}, {"tests", {{{"stdout", "1"}}}}, {"language", "cobol"}},
                                  {{"test", "int main() {}"}}};
    for (json line : lines) {
        line["kind"] = "code";
        EXPECT_THAT(make_verifier(line.dump()).error, HasSubstr("expected")) << line;
    }
}

TEST(CodeText, TheBlockThatDefinesTheFunctionIsTheAnswer) {
    CodeTask task;
    task.entry_point = "twice";
    EXPECT_EQ(find_code("```py\ndef twice(x):\n  pass\n```\n```\ntwice(1)\n```", task), "def twice(x):\n  pass\n");
    EXPECT_EQ(find_code("```py\none\n```\n```\ntwo\n```", task), "two\n");
    EXPECT_EQ(find_code("```py\none\n```\n```\ntwo", task), "two\n");
    EXPECT_EQ(find_code("plain", task), "plain");
    EXPECT_EQ(find_code("", task), "");
}

TEST(CodeText, CodeIsTheSameButForBlanksAtTheEndsOfLines) {
    const auto verifier = verifier_of(kFunction.dump());
    EXPECT_TRUE(verifier->same("a  \nb\n\n", "a\nb"));
    EXPECT_FALSE(verifier->same("a\n b", "a\nb"));
    EXPECT_EQ(verifier->extract("  \n\n"), std::nullopt);
    EXPECT_EQ(verifier->extract(std::string(100'000, 'x')), std::nullopt);
}

}  // namespace
}  // namespace retort::test
