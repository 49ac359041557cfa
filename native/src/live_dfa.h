#pragma once
#include <cstddef>
#include <unordered_map>
#include <vector>

#include "pattern.h"

// A match that ends before window index `to`.
struct End {
  uint32_t pattern;
  size_t to;
};

// Of one piece: with more of them the engine gives up.
constexpr size_t kMaxMatches = 1u << 20;

// A text read byte by byte: which matches may end here, and where the first of those begins that may go on. A lazily
// determinised automaton over the union of all relaxed graphs, read forwards, that knows of each position the earliest start
// (Laurikari 2000: a state is the positions that the last byte stood on, in groups by their start; the starts themselves are kept
// beside it). It asks for everything but what stands behind a match.
//
// Why not Hyperscan: that takes a microsecond for four letters, most of it to take up the state of 700 patterns and put it down.
class LiveDfa {
 public:
  // How far one text has been read. `generation` 0: not known.
  struct Place {
    uint32_t generation = 0;
    uint32_t state = 0;
    uint64_t read = 0;             // bytes
    std::vector<uint64_t> starts;  // by group, ascending, in bytes read
  };

  explicit LiveDfa(const std::vector<Pattern>& patterns);
  // Reads window[from, to), and before it, where the place is not known, window[lowest, from). Adds what may end in (from, to];
  // false where that is too much.
  bool read(Place& place, const uint8_t* window, size_t lowest, size_t from, size_t to, std::vector<End>& ends);
  // Bytes from the first start of a match that may go on to the end of what was read; triggers are left out.
  static size_t live_bytes(const Place& place) { return place.starts.empty() ? 0 : static_cast<size_t>(place.read - place.starts[0]); }

 private:
  static constexpr uint32_t kNone = UINT32_MAX;
  static constexpr size_t kMaxBytes = 16u << 20;  // of states and edges, about; then all are forgotten but one

  // Of all patterns, one behind the other.
  struct Position {
    uint32_t pattern;
    uint32_t next_from, next_to;  // part of next_: the positions that may follow
    uint16_t set;                 // of bytes that can stand on it
    bool is_last;
    bool is_decided;  // nothing follows, nor has the byte behind it a say
  };
  struct Thread {
    uint32_t position, group;  // kNone: of a trigger
  };
  struct State {
    uint32_t left;                        // what the last byte was to an assertion on the left
    uint32_t groups;
    uint32_t threads_from, threads_to;    // part of threads_, by position
    uint32_t ends_from, ends_to;          // part of ends_: patterns that may end here, ascending
  };
  struct Edge {
    uint32_t state;
    uint32_t kept_from, kept;  // which groups of the state before live on: a part of kept_
    bool is_same;              // all of them, and no other
    bool begins;               // a group begins at the byte
  };

  const std::vector<uint32_t>& beginning(uint32_t left, uint8_t byte);
  uint32_t make(uint32_t from, uint8_t byte);
  void offer(uint32_t position, uint32_t group);
  uint32_t intern(const State& state);
  void forget_all_but(Place& place);
  bool is_same(const State& a, const State& b) const;

  // By pattern.
  std::vector<Assertion> left_;
  std::vector<bool> is_trigger_;
  std::vector<Position> positions_;
  std::vector<uint32_t> next_;
  // By column, which bytes share that nothing tells apart.
  std::vector<std::vector<uint8_t>> accepts_;  // by set
  std::vector<std::vector<uint32_t>> firsts_;  // positions that a match may begin on with such a byte
  uint8_t column_of_[256];
  uint32_t left_of_[256];
  std::vector<uint8_t> byte_of_left_;                                // one of those with such a meaning
  std::unordered_map<uint64_t, std::vector<uint32_t>> beginning_;  // by left and column: which of `firsts_` may begin there

  uint32_t generation_ = 1;
  size_t bytes_ = 0;
  std::vector<State> states_;
  std::vector<Thread> threads_;
  std::vector<uint32_t> ends_;
  std::vector<uint32_t> table_;  // by state and column: an edge, or kNone
  std::vector<Edge> edges_;
  std::vector<uint32_t> kept_;
  std::unordered_multimap<uint64_t, uint32_t> index_;  // states by hash
  // Of one step: positions hit, and by position the earliest group, if `step` is that of the step.
  struct Hit {
    uint64_t step;
    uint32_t group;
  };
  std::vector<Hit> hit_;
  std::vector<uint32_t> hits_, lives_;
  uint64_t step_ = 0;
};
