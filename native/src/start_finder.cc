#include "start_finder.h"

#include <algorithm>

int32_t StartFinder::intern(Automaton& automaton, std::vector<uint32_t>&& positions) {
  const auto [it, fresh] = automaton.index.emplace(positions, static_cast<int32_t>(automaton.states.size()));
  if (fresh) {
    automaton.states.push_back(std::move(positions));
    automaton.table.insert(automaton.table.end(), 256, kUnknown);
    states_++;
  }
  return it->second;
}

int32_t StartFinder::step(const Graph& graph, Automaton& automaton, int32_t from, uint8_t byte) {
  std::vector<uint32_t> next;
  bool begins = false;
  for (uint32_t q : automaton.states[from]) {
    if (!has_byte(graph.classes[q].data(), byte)) continue;
    begins = begins || graph.first[q];
    next.insert(next.end(), graph.preds.begin() + graph.pred_offsets[q], graph.preds.begin() + graph.pred_offsets[q + 1]);
  }
  std::sort(next.begin(), next.end());
  next.erase(std::unique(next.begin(), next.end()), next.end());
  const int32_t to = intern(automaton, std::move(next)) * 2 + (begins ? 1 : 0);
  automaton.table[static_cast<size_t>(from) * 256 + byte] = to;
  return to;
}

void StartFinder::find(uint32_t index, const uint8_t* window, size_t floor, size_t to, std::vector<uint32_t>& starts) {
  const Pattern& pattern = patterns_[index];
  starts.clear();
  if (states_ > kMaxStates) {
    automata_.assign(patterns_.size(), {});
    states_ = 0;
  }
  Automaton& automaton = automata_[index];
  if (automaton.states.empty()) {
    std::vector<uint32_t> last;
    for (uint32_t q = 0; q < pattern.exact.last.size(); q++) {
      if (pattern.exact.last[q]) last.push_back(q);
    }
    intern(automaton, {});
    intern(automaton, std::move(last));
  }
  int32_t state = 1;
  for (size_t at = to; at-- > floor && state != 0;) {
    int32_t next = automaton.table[static_cast<size_t>(state) * 256 + window[at]];
    if (next == kUnknown) next = step(pattern.exact, automaton, state, window[at]);
    if ((next & 1) != 0 && left_holds(pattern.left, window, at)) starts.push_back(static_cast<uint32_t>(at));
    state = next / 2;
  }
  std::reverse(starts.begin(), starts.end());
}
