// Random answers of every shape, and the same ones with a value or two exchanged for another: whichever of two is the
// reference, the verdict is the same, but for rounding. RETORT_SWAP_PAIRS says how many (20,000).
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <random>
#include <string>
#include <string_view>

#include "verify/verdict.h"

namespace retort::test {
namespace {

// Some equal others, exactly or by rounding; some have no value, and some are no maths at all.
constexpr std::array kValues{"1",
                             "0.333",
                             "\\frac13",
                             "0.\\overline{3}",
                             "0.5",
                             "\\frac12",
                             "\\pi",
                             "3.14",
                             "3.141593",
                             "\\ln 2",
                             "0.693",
                             "x",
                             "2x",
                             "x^2",
                             "y",
                             "\\infty",
                             "-\\infty",
                             "3-\\infty",
                             "\\sqrt2",
                             "1.41",
                             "1.414214",
                             "2i",
                             "50\\%",
                             "30^\\circ",
                             "0.524",
                             "\\pi/6",
                             "5\\text{ cm}",
                             "50\\text{ mm}",
                             "1,000",
                             "1000",
                             "1e3",
                             "10_2",
                             "10",
                             "\\pm 1",
                             "-1",
                             "0",
                             "\\sin x",
                             "f(x)",
                             "3!",
                             "\\log_2 8",
                             "\\ln(0)",
                             "\\frac10",
                             "|x|",
                             "2.50",
                             "\\text{yes}",
                             "x+1",
                             "\\binom52",
                             "\\sqrt[3]{8}",
                             "66.7\\%",
                             "\\frac23",
                             "\\emptyset",
                             "\\ldots",
                             "3 1/2",
                             "\\sqrt{-1}",
                             "\\max(1,2)",
                             "9^{9^9}",
                             "\\tan(\\pi/2)",
                             "\\gcd(4,6)",
                             "\\frac1e3 2"};

// @ stands for a value or for another shape.
constexpr std::array kShapes{"(@, @)",
                             "(@, @, @)",
                             "\\{@\\}",
                             "\\{@, @\\}",
                             "[@, @]",
                             "[@, @)",
                             "@, @",
                             "@\\text{ or }@",
                             "x=@\\text{ or }x=@",
                             "x=@",
                             "f(x)=@",
                             "x<@",
                             "x \\ne @",
                             "@ \\le x < @",
                             "@ = @",
                             "@ \\approx @",
                             "@ \\cup @",
                             "x \\in @",
                             "@+@",
                             "@\\pm @",
                             "@^{@}",
                             "@:@",
                             "|@|",
                             "\\frac{@}{@}",
                             "\\begin{pmatrix}@&@\\\\@&@\\end{pmatrix}",
                             "\\begin{pmatrix}@\\\\@\\end{pmatrix}"};

class Answers {
  public:
    std::string any(int depth = 3) {
        if (depth == 0 || random_() % 3 != 0) return one_of(kValues);
        std::string out;
        for (const char c : std::string_view(one_of(kShapes)))
            if (c == '@')
                out += any(depth - 1);
            else
                out += c;
        return out;
    }

    // With up to three values exchanged, or another answer altogether.
    std::string beside(std::string answer) {
        const auto exchanges = random_() % 4;
        if (exchanges == 0) return any();
        for (std::size_t i = 0; i < exchanges; ++i) exchange_one(answer);
        return answer;
    }

  private:
    template <std::size_t size>
    const char* one_of(const std::array<const char*, size>& all) {
        return all[random_() % size];
    }

    void exchange_one(std::string& answer) {
        for (int tries = 0; tries < 20; ++tries) {
            const std::string_view out = one_of(kValues);
            const std::size_t at = answer.find(out);
            if (at == std::string::npos) continue;
            answer.replace(at, out.size(), one_of(kValues));
            return;
        }
    }

    std::mt19937_64 random_{1};
};

TEST(VerifySwap, ChangesNothingButByRoundingInAnyShape) {
    const char* wanted = std::getenv("RETORT_SWAP_PAIRS");
    const long pairs = wanted != nullptr ? std::atol(wanted) : 20'000;
    Answers answers;
    for (long i = 0; i < pairs; ++i) {
        const std::string a = answers.any(), b = answers.beside(a);
        const Comparison forth = compare_values(a, b), back = compare_values(b, a);
        const bool rounded = forth.stage == VerifyStage::rounding || back.stage == VerifyStage::rounding;
        EXPECT_TRUE(rounded || forth.verdict == back.verdict)
            << a << " | " << b << ": " << name(forth.verdict) << ", swapped " << name(back.verdict);
    }
}

}  // namespace
}  // namespace retort::test
