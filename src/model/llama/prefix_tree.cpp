#include "model/llama/prefix_tree.h"

#include <algorithm>

namespace retort::llama {

struct PrefixTree::Node {
    Node* parent = nullptr;
    std::size_t before = 0;  // tokens above this node
    std::vector<TokenId> tokens;
    std::vector<std::unique_ptr<Node>> children;
    std::vector<int> slots;  // that end here

    std::size_t end() const { return before + tokens.size(); }
};

namespace {

std::size_t common(std::span<const TokenId> a, std::span<const TokenId> b) {
    const std::size_t most = std::min(a.size(), b.size());
    return static_cast<std::size_t>(
        std::mismatch(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(most), b.begin()).first - a.begin());
}

}  // namespace

PrefixTree::PrefixTree() : root_(std::make_unique<Node>()) {}
PrefixTree::PrefixTree(PrefixTree&&) noexcept = default;
PrefixTree& PrefixTree::operator=(PrefixTree&&) noexcept = default;
PrefixTree::~PrefixTree() = default;

// Two children may begin with the same tokens (sequences that wrote the same by chance), so all are tried.
PrefixTree::Match PrefixTree::longest(std::span<const TokenId> prompt) const {
    Match best;
    std::vector<const Node*> open{root_.get()};
    while (!open.empty()) {
        const Node* node = open.back();
        open.pop_back();
        for (const auto& child : node->children) {
            const std::size_t found = common(child->tokens, prompt.subspan(child->before));
            if (found == 0) continue;
            if (child->before + found > best.tokens) {
                const Node* below = child.get();
                while (below->slots.empty()) below = below->children.front().get();
                best = {below->slots.front(), child->before + found};
            }
            if (found == child->tokens.size()) open.push_back(child.get());
        }
    }
    return best;
}

void PrefixTree::share(int slot, int from, std::size_t tokens) {
    Node* node = node_at(from, tokens);
    if (node == root_.get()) return;
    node->slots.push_back(slot);
    ends_[slot] = node;
}

void PrefixTree::append(int slot, std::span<const TokenId> tokens) {
    if (tokens.empty()) return;
    const auto found = ends_.find(slot);
    Node* node = found == ends_.end() ? root_.get() : found->second;
    const bool alone = node != root_.get() && node->children.empty() && node->slots.size() == 1;
    if (!alone) {
        std::erase(node->slots, slot);
        auto child = std::make_unique<Node>();
        child->parent = node;
        child->before = node->end();
        child->slots = {slot};
        node->children.push_back(std::move(child));
        node = node->children.back().get();
        ends_[slot] = node;
    }
    node->tokens.insert(node->tokens.end(), tokens.begin(), tokens.end());
    cells_ += tokens.size();
}

void PrefixTree::truncate(int slot, std::size_t tokens) {
    const auto found = ends_.find(slot);
    if (found == ends_.end() || tokens >= found->second->end()) return;
    Node* target = node_at(slot, tokens);
    Node* node = ends_[slot];
    std::erase(node->slots, slot);
    ends_.erase(slot);
    if (target != root_.get()) {
        target->slots.push_back(slot);
        ends_[slot] = target;
    }
    prune(node);
}

std::size_t PrefixTree::length(int slot) const {
    const auto found = ends_.find(slot);
    return found == ends_.end() ? 0 : found->second->end();
}

std::size_t PrefixTree::own_cells(int slot) const {
    const auto found = ends_.find(slot);
    if (found == ends_.end()) return 0;
    const Node* node = found->second;
    if (node->slots.size() > 1 || !node->children.empty()) return 0;
    std::size_t cells = node->tokens.size();
    for (node = node->parent; node->parent != nullptr && node->slots.empty() && node->children.size() == 1;
         node = node->parent)
        cells += node->tokens.size();
    return cells;
}

// The node on the slot's path that ends after `tokens` tokens; made by a split where there is none.
PrefixTree::Node* PrefixTree::node_at(int slot, std::size_t tokens) {
    const auto found = ends_.find(slot);
    Node* node = found == ends_.end() ? root_.get() : found->second;
    while (node->before >= tokens && node->parent != nullptr) node = node->parent;
    if (node->end() > tokens) {
        split(node, tokens - node->before);
        node = node->parent;
    }
    return node;
}

// Puts a new node above `node` that takes its first `keep` tokens.
void PrefixTree::split(Node* node, std::size_t keep) {
    Node* parent = node->parent;
    const auto place = std::find_if(parent->children.begin(), parent->children.end(),
                                    [&](const auto& child) { return child.get() == node; });
    auto upper = std::make_unique<Node>();
    upper->parent = parent;
    upper->before = node->before;
    const auto cut = node->tokens.begin() + static_cast<std::ptrdiff_t>(keep);
    upper->tokens.assign(node->tokens.begin(), cut);
    node->tokens.erase(node->tokens.begin(), cut);
    node->before += keep;
    node->parent = upper.get();
    upper->children.push_back(std::move(*place));
    *place = std::move(upper);
}

// Removes the node and those above it that no slot reaches any more.
void PrefixTree::prune(Node* node) {
    while (node->parent != nullptr && node->children.empty() && node->slots.empty()) {
        Node* parent = node->parent;
        cells_ -= node->tokens.size();
        std::erase_if(parent->children, [&](const auto& child) { return child.get() == node; });
        node = parent;
    }
}

}  // namespace retort::llama
