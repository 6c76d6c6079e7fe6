// The ways from drafts to a workspace (PAPER: distillers).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace retort {

enum class DistillerKind {
    none,              // nothing is handed on: the next round reads the problem alone
    summary,           // a model writes one workspace for all readers
    topk,              // a model selects k drafts, once for all readers
    topk_each,         // a model selects k drafts for each reader
    random,            // k drafts drawn uniformly, independently for each reader
    conclusions,       // the final answers only
    parts,             // of each part of an answer the k that most drafts gave
    full,              // every solution, uncut: the control
    oracle_correct,    // only drafts that equal the reference
    oracle_incorrect,  // only drafts that differ from it
    analysis,          // the last solution, and a model's analysis of its flaws (sequential refinement)
};

// As users write it: "topk-each". `none` and `analysis` belong to operators and cannot be asked for.
std::string_view name(DistillerKind kind);
std::optional<DistillerKind> distiller_from(std::string_view name);
std::vector<std::string_view> distiller_names();

bool needs_reference(DistillerKind kind);

// Whether it keeps so many of what there is: drafts, or answers to a part.
bool uses_k(DistillerKind kind);

// Model calls to make workspaces for `readers` readers, repairs apart.
int distil_calls(DistillerKind kind, int readers);

// Whether each reader has a workspace of its own.
bool is_per_reader(DistillerKind kind);

}  // namespace retort
