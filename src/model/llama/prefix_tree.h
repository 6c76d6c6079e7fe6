// Which tokens stand in the KV cache, and which sequences share them. Pure bookkeeping: llama.cpp's cache is changed
// alongside by who calls. Not public.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "base/completion.h"

namespace retort::llama {

// A radix tree over the tokens of every slot (a sequence id of llama.cpp). Each node is a run of tokens whose KV cells
// exist once, for all slots below it.
class PrefixTree {
  public:
    struct Match {
        int slot = -1;           // -1: nothing in common
        std::size_t tokens = 0;  // how many first tokens the slot holds
    };

    PrefixTree();
    PrefixTree(PrefixTree&&) noexcept;
    PrefixTree& operator=(PrefixTree&&) noexcept;
    ~PrefixTree();

    // The slot that holds most of the beginning of `prompt`.
    Match longest(std::span<const TokenId> prompt) const;

    // `slot`, empty before, shares the first `tokens` tokens of `from`.
    void share(int slot, int from, std::size_t tokens);
    void append(int slot, std::span<const TokenId> tokens);
    // Leaves the first `tokens` tokens; 0 empties the slot.
    void truncate(int slot, std::size_t tokens);

    std::size_t length(int slot) const;
    // Cells in use, those that are shared counted once.
    std::size_t cells() const { return cells_; }
    // Cells that nobody else shares: what emptying the slot would free.
    std::size_t own_cells(int slot) const;

  private:
    struct Node;
    Node* node_at(int slot, std::size_t tokens);
    void split(Node* node, std::size_t keep);
    void prune(Node* node);

    std::unique_ptr<Node> root_;
    std::map<int, Node*> ends_;  // the node at whose end each slot ends
    std::size_t cells_ = 0;
};

}  // namespace retort::llama
