#include "start_finder.h"

#include <algorithm>

void StartFinder::find(const Pattern& pattern, const uint8_t* window, size_t floor, size_t to, std::vector<uint32_t>& starts) {
  const Graph& graph = pattern.exact;
  starts.clear();
  if (to <= floor) return;
  const size_t positions = graph.classes.size();
  if (mark_.size() < positions) mark_.resize(positions, 0);
  active_.clear();
  for (uint32_t q = 0; q < positions; q++) {
    if (graph.last[q]) active_.push_back(q);
  }
  for (size_t at = to; at-- > floor && !active_.empty();) {
    if (++generation_ == 0) {
      std::fill(mark_.begin(), mark_.end(), 0);
      generation_ = 1;
    }
    const uint8_t byte = window[at];
    bool begins = false;
    next_.clear();
    for (uint32_t q : active_) {
      if (!has_byte(graph.classes[q].data(), byte)) continue;
      begins = begins || graph.first[q];
      for (uint32_t e = graph.pred_offsets[q]; e < graph.pred_offsets[q + 1]; e++) {
        const uint32_t p = graph.preds[e];
        if (mark_[p] == generation_) continue;
        mark_[p] = generation_;
        next_.push_back(p);
      }
    }
    if (begins && left_holds(pattern.left, window, at)) starts.push_back(static_cast<uint32_t>(at));
    active_.swap(next_);
  }
  std::reverse(starts.begin(), starts.end());
}
