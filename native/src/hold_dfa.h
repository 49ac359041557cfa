#pragma once
#include <cstddef>
#include <unordered_map>
#include <vector>

#include "pattern.h"

// The release point: a lazily determinised reverse automaton over the union of all relaxed graphs. It walks back from
// the end of the text over what is held and remembers every place where a live match could have begun.
//
// A state is a set of some of thousands of positions, and hostile text makes new ones all the time: sets are rows of bits, so
// that a step is a few operations on a hundred words and a remembered state is small.
class HoldDfa {
 public:
  explicit HoldDfa(const std::vector<Pattern>& patterns);
  // Smallest index in [floor, end] at which a match could still begin.
  size_t release_index(const uint8_t* window, size_t floor, size_t end);

 private:
  using Bits = std::vector<uint64_t>;
  // What may begin at the byte just read.
  struct Begins {
    bool anywhere = false;
    bool at_boundary = false;
    std::vector<uint32_t> not_in;  // indices into sets_

    bool operator==(const Begins& other) const {
      return anywhere == other.anywhere && at_boundary == other.at_boundary && not_in == other.not_in;
    }
    bool none() const { return !anywhere && !at_boundary && not_in.empty(); }
  };
  static constexpr uint32_t kAnywhere = 0, kAtBoundary = 1, kNotIn = 2;
  static constexpr int32_t kUnknown = -1;
  static constexpr size_t kMaxStates = 10000;  // about 1.5 KiB each

  int32_t step(int32_t from, uint8_t column);
  Begins begins_of(const Bits& hit);
  int32_t intern(const Bits& expect, Begins&& begins);
  int32_t add(const Bits& expect, Begins&& begins);
  void reset();

  size_t words_ = 0;  // of a set of positions
  Bits start_;
  std::vector<Bits> accepts_;                   // by column: the positions that a byte of it can stand on
  Bits after_previous_, after_itself_, after_others_;  // positions that may follow the one before, themselves, any others
  std::vector<uint32_t> other_offsets_, others_;  // of each position: what else it may follow
  Bits first_;                                  // positions where a match begins
  std::vector<uint32_t> start_kind_;            // of each of them: kAnywhere, kAtBoundary, or kNotIn and an index into sets_
  std::vector<ByteSet> sets_;
  uint8_t column_of_[256];
  size_t max_width_ = 0;

  std::vector<uint64_t> expects_;  // by state: the positions that the byte to the left may stand on
  std::vector<Begins> begins_;     // by state
  std::vector<int32_t> table_;     // by state and column: the next state
  std::unordered_multimap<uint64_t, int32_t> index_;  // states by hash
  // Of one step.
  Bits hit_, next_;
  std::vector<uint8_t> seen_;  // by kind of start
};
