#include "hold_dfa.h"

#include <algorithm>

HoldDfa::HoldDfa(const std::vector<Pattern>& patterns) {
  pred_offsets_.push_back(0);
  std::vector<uint8_t> undecided;
  for (const Pattern& pattern : patterns) {
    if (pattern.trigger) continue;
    const Graph& graph = pattern.relaxed;
    const uint32_t base = static_cast<uint32_t>(classes_.size());
    uint32_t set = 0;
    if (pattern.left.kind == AssertionKind::not_in) {
      const auto known = std::find(sets_.begin(), sets_.end(), pattern.left.set);
      set = static_cast<uint32_t>(known - sets_.begin());
      if (known == sets_.end()) sets_.push_back(pattern.left.set);
    }
    for (size_t q = 0; q < graph.classes.size(); q++) {
      classes_.push_back(graph.classes[q]);
      first_kind_.push_back(graph.first[q] ? static_cast<uint8_t>(1 + static_cast<uint8_t>(pattern.left.kind)) : 0);
      set_of_.push_back(set);
      undecided.push_back(graph.last[q] && pattern.right.kind != AssertionKind::none);
      for (uint32_t e = graph.pred_offsets[q]; e < graph.pred_offsets[q + 1]; e++) preds_.push_back(base + graph.preds[e]);
      pred_offsets_.push_back(static_cast<uint32_t>(preds_.size()));
    }
    max_width_ = std::max(max_width_, static_cast<size_t>(pattern.max_width));
  }
  for (uint32_t p : preds_) undecided[p] = 1;
  for (uint32_t q = 0; q < undecided.size(); q++) {
    if (undecided[q]) start_.push_back(q);
  }
  // Bytes that no class tells apart share a column.
  std::map<std::vector<bool>, uint8_t> columns;
  for (int b = 0; b < 256; b++) {
    std::vector<bool> signature;
    signature.reserve(classes_.size());
    for (const ByteSet& set : classes_) signature.push_back(has_byte(set.data(), static_cast<uint8_t>(b)));
    const auto [it, fresh] = columns.emplace(std::move(signature), static_cast<uint8_t>(columns.size()));
    if (fresh) sample_.push_back(static_cast<uint8_t>(b));
    class_of_[b] = it->second;
  }
  reset();
}

void HoldDfa::reset() {
  states_.clear();
  table_.clear();
  index_.clear();
  states_.push_back({});  // 0: dead
  table_.insert(table_.end(), sample_.size(), 0);
  states_.push_back({start_, false, false, {}});  // 1: end of the text
  table_.insert(table_.end(), sample_.size(), kUnknown);
}

int32_t HoldDfa::intern(State&& state) {
  if (state.expect.empty() && !state.begins && !state.begins_at_boundary && state.begins_not_in.empty()) return 0;
  std::vector<uint32_t> key = state.expect;
  key.push_back(UINT32_MAX);
  key.push_back((state.begins ? 1u : 0u) | (state.begins_at_boundary ? 2u : 0u));
  key.insert(key.end(), state.begins_not_in.begin(), state.begins_not_in.end());
  const auto [it, fresh] = index_.emplace(std::move(key), static_cast<int32_t>(states_.size()));
  if (fresh) {
    states_.push_back(std::move(state));
    table_.insert(table_.end(), sample_.size(), kUnknown);
  }
  return it->second;
}

int32_t HoldDfa::step(int32_t from, uint8_t cls) {
  const uint8_t byte = sample_[cls];
  State next;
  for (uint32_t q : states_[from].expect) {
    if (!has_byte(classes_[q].data(), byte)) continue;
    if (first_kind_[q] == 1) next.begins = true;
    if (first_kind_[q] == 2) next.begins_at_boundary = true;
    if (first_kind_[q] == 3) next.begins_not_in.push_back(set_of_[q]);
    next.expect.insert(next.expect.end(), preds_.begin() + pred_offsets_[q], preds_.begin() + pred_offsets_[q + 1]);
  }
  for (auto* list : {&next.expect, &next.begins_not_in}) {
    std::sort(list->begin(), list->end());
    list->erase(std::unique(list->begin(), list->end()), list->end());
  }
  const int32_t to = intern(std::move(next));
  table_[static_cast<size_t>(from) * sample_.size() + cls] = to;
  return to;
}

size_t HoldDfa::release_index(const uint8_t* window, size_t floor, size_t end) {
  if (states_.size() > kMaxStates) reset();
  const size_t lowest = end > max_width_ ? std::max(floor, end - max_width_) : floor;
  size_t hold = end;
  int32_t state = 1;
  for (size_t at = end; at-- > lowest;) {
    const uint8_t cls = class_of_[window[at]];
    int32_t next = table_[static_cast<size_t>(state) * sample_.size() + cls];
    if (next == kUnknown) next = step(state, cls);
    if (next == 0) break;
    state = next;
    const State& s = states_[state];
    if (s.begins) {
      hold = at;
      continue;
    }
    if (s.begins_at_boundary && (at > 0 && is_word(window[at - 1])) != is_word(window[at])) {
      hold = at;
      continue;
    }
    for (uint32_t set : s.begins_not_in) {
      if (at == 0 || !has_byte(sets_[set].data(), window[at - 1])) {
        hold = at;
        break;
      }
    }
  }
  return hold;
}
