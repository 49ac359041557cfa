#pragma once
#include <map>
#include <vector>

#include "pattern.h"

// Every start of a match of one pattern that ends at `to`, not before `floor`, ascending. Runs only on a match. Where matches
// end at every other byte, each is a walk over many positions at once, so sets of them are remembered: a lazily determinised
// reverse automaton per pattern.
class StartFinder {
 public:
  explicit StartFinder(const std::vector<Pattern>& patterns) : patterns_(patterns), automata_(patterns.size()) {}
  void find(uint32_t pattern, const uint8_t* window, size_t floor, size_t to, std::vector<uint32_t>& starts);

 private:
  struct Automaton {
    std::vector<std::vector<uint32_t>> states;  // positions that the byte to the left may stand on, sorted; 0: none, 1: the end of a match
    std::vector<int32_t> table;                 // by state and byte: twice the next state, plus 1 where a match may begin at the byte
    std::map<std::vector<uint32_t>, int32_t> index;
  };
  static constexpr int32_t kUnknown = -1;
  static constexpr size_t kMaxStates = 8192;  // of all patterns together, 1 KiB each; then they are found anew

  int32_t step(const Graph& graph, Automaton& automaton, int32_t from, uint8_t byte);
  int32_t intern(Automaton& automaton, std::vector<uint32_t>&& positions);

  const std::vector<Pattern>& patterns_;
  std::vector<Automaton> automata_;
  size_t states_ = 0;
};
