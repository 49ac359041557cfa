#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "bytes.h"

using ByteSet = std::array<uint8_t, 32>;

// Glushkov automaton of one pattern body; edges point backwards because two of three walks go backwards.
struct Graph {
  std::vector<ByteSet> classes;
  std::vector<uint32_t> pred_offsets;
  std::vector<uint32_t> preds;
  std::vector<uint8_t> first;
  std::vector<uint8_t> last;
};

enum class AssertionKind : uint8_t { none = 0, word_boundary = 1, not_in = 2 };

struct Assertion {
  AssertionKind kind = AssertionKind::none;
  ByteSet set{};
};

struct Pattern {
  Graph exact;
  Graph relaxed;
  Assertion left;
  Assertion right;
  uint32_t max_width = 0;
  bool trigger = false;  // public: never held, reported by its end
};

// Whether a match may begin at `at`. Index 0 is the edge of the text.
inline bool left_holds(const Assertion& a, const uint8_t* window, size_t at) {
  if (a.kind == AssertionKind::none) return true;
  if (a.kind == AssertionKind::word_boundary) return (at > 0 && is_word(window[at - 1])) != is_word(window[at]);
  return at == 0 || !has_byte(a.set.data(), window[at - 1]);
}

// Whether a match may end before `to`, which is not the end of the text.
inline bool right_holds(const Assertion& a, const uint8_t* window, size_t to) {
  if (a.kind == AssertionKind::none) return true;
  if (a.kind == AssertionKind::word_boundary) return is_word(window[to - 1]) != is_word(window[to]);
  return !has_byte(a.set.data(), window[to]);
}

// Whether a match may end where the text does.
inline bool right_holds_at_end(const Assertion& a, const uint8_t* window, size_t end) {
  return a.kind != AssertionKind::word_boundary || is_word(window[end - 1]);
}
