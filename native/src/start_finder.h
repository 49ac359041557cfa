#pragma once
#include <vector>

#include "pattern.h"

// Every start of a match of `pattern` that ends at `to`, not before `floor`, ascending. Runs only on a match.
class StartFinder {
 public:
  void find(const Pattern& pattern, const uint8_t* window, size_t floor, size_t to, std::vector<uint32_t>& starts);

 private:
  std::vector<uint32_t> active_, next_;
  std::vector<uint32_t> mark_;
  uint32_t generation_ = 0;
};
