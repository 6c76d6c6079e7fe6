// The words of the countdown model's tokenizer. A text of the model is a list of them; each is one token. Not public.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace retort::train::countdown {

inline constexpr int kNumbers = 4;   // of a problem
inline constexpr int kLargest = 15;  // of a problem's numbers
inline constexpr int kLeastTarget = 10;
inline constexpr int kMostTarget = 60;
inline constexpr int kMostResult = 99;  // of a move: what is larger has no word, and such moves are not made
inline constexpr int kMostCandidates = 16;

// What the model writes: " 15", " +", " =", and where a line of search or a check ends.
std::string_view number_word(int number);    // 1 to kMostResult
std::string_view move_word(char operation);  // + - * /
std::string_view check_word(int candidate);  // from 1: " #1"
inline constexpr std::string_view kEquals = " =";
inline constexpr std::string_view kHit = " !";
inline constexpr std::string_view kMiss = " x\n";
inline constexpr std::string_view kOk = " ok";
inline constexpr std::string_view kBad = " bad\n";

// What calls between drafts and answer say: that nothing held, which candidate, how sure, what an analysis found.
inline constexpr std::string_view kNone = "none";
inline constexpr std::string_view kSelect = "SELECT:";
inline constexpr std::string_view kScoreRight = "SCORE: 100";
inline constexpr std::string_view kScoreOpen = "SCORE: 50";
inline constexpr std::string_view kScoreWrong = "SCORE: 0";
inline constexpr std::string_view kFoundRight = "ok";
inline constexpr std::string_view kFoundWrong = "bad";
inline constexpr std::string_view kFoundNothing = "open";

// Around the two parts of a workspace with an analysis.
inline constexpr std::string_view kEarlier = "Earlier solution:\n";
inline constexpr std::string_view kAnalysis = "\n\nAnalysis of it:\n";

// How the engine ends a reasoning by force, and how the model does.
inline constexpr std::string_view kForcedEnd = "\n</think>\n\n";
inline constexpr std::string_view kEnd = "</think>";

// What a conversation begins with, and what stands between question and reasoning.
inline constexpr std::string_view kOpening = "<|im_start|>user\n";
inline constexpr std::string_view kTurn = "<|im_end|>\n<|im_start|>assistant\n";

// The beginning of a problem's text, up to its numbers: one word a target.
std::string_view target_word(int target);

// The whole text, as the kind of such problems words it.
std::string problem_text(const std::vector<int>& numbers, int target);

// ChatML, whose turn of the assistant begins within the reasoning.
std::string_view chat_template();

std::vector<std::string> all_words();

// A word alone for every byte that a word begins with: a text that begins like a word and goes on otherwise is then
// read byte by byte. llama.cpp's tokenizer does not come back from such a text.
void add_first_bytes(std::vector<std::string>& words);

// Words that stand for a number.
std::map<std::string, double> word_values();

}  // namespace retort::train::countdown
