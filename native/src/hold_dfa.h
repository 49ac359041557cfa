#pragma once
#include <map>
#include <memory>
#include <vector>

#include "pattern.h"

// The release point: a lazily determinised reverse automaton over the union of all relaxed graphs. It walks back from
// the end of the text over what is held and remembers every place where a live match could have begun.
class HoldDfa {
 public:
  explicit HoldDfa(const std::vector<Pattern>& patterns);
  // Smallest index in [floor, end] at which a match could still begin.
  size_t release_index(const uint8_t* window, size_t floor, size_t end);

 private:
  struct State {
    std::vector<uint32_t> expect;  // positions that the byte to the left may stand on, sorted
    bool begins = false;           // a match may begin at the byte just read: no assertion
    bool begins_at_boundary = false;
    std::vector<uint32_t> begins_not_in;  // indices into sets_
  };
  static constexpr int32_t kUnknown = -1;
  static constexpr size_t kMaxStates = 20000;

  int32_t step(int32_t from, uint8_t cls);
  int32_t intern(State&& state);
  void reset();

  std::vector<ByteSet> classes_;
  std::vector<uint32_t> pred_offsets_, preds_;
  std::vector<uint8_t> first_kind_;  // 0 not first, 1 + AssertionKind
  std::vector<uint32_t> set_of_;     // for not_in
  std::vector<ByteSet> sets_;
  std::vector<uint32_t> start_;
  uint8_t class_of_[256];
  std::vector<uint8_t> sample_;  // one byte of every class
  size_t max_width_ = 0;

  std::vector<State> states_;
  std::vector<int32_t> table_;
  std::map<std::vector<uint32_t>, int32_t> index_;
};
