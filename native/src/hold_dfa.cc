#include "hold_dfa.h"

#include <algorithm>
#include <map>

namespace {

void set_bit(std::vector<uint64_t>& bits, size_t at) { bits[at / 64] |= uint64_t{1} << (at % 64); }

// Calls `take` with every bit that is set in both.
template <typename Take>
void for_each_bit(const std::vector<uint64_t>& a, const std::vector<uint64_t>& b, Take take) {
  for (size_t w = 0; w < a.size(); w++) {
    for (uint64_t rest = a[w] & b[w]; rest != 0; rest &= rest - 1) take(w * 64 + static_cast<size_t>(__builtin_ctzll(rest)));
  }
}

// A sum of products, so that the words do not wait for each other.
uint64_t hash_of(const std::vector<uint64_t>& bits) {
  uint64_t hash = 0, factor = 0x9e3779b97f4a7c15u;
  for (uint64_t word : bits) {
    hash += (word ^ (word >> 31)) * factor;
    factor += 0xbf58476d1ce4e5b8u;
  }
  return hash ^ (hash >> 32);
}

}  // namespace

HoldDfa::HoldDfa(const std::vector<Pattern>& patterns) {
  size_t positions = 0;
  for (const Pattern& pattern : patterns) positions += pattern.trigger ? 0 : pattern.relaxed.classes.size();
  words_ = positions / 64 + 1;
  for (Bits* bits : {&start_, &after_previous_, &after_itself_, &after_others_, &first_, &hit_, &next_}) bits->assign(words_, 0);
  std::vector<ByteSet> classes;
  other_offsets_.push_back(0);
  for (const Pattern& pattern : patterns) {
    if (pattern.trigger) continue;
    const Graph& graph = pattern.relaxed;
    const uint32_t base = static_cast<uint32_t>(classes.size());
    uint32_t kind = pattern.left.kind == AssertionKind::none ? kAnywhere : kAtBoundary;
    if (pattern.left.kind == AssertionKind::not_in) {
      const auto known = std::find(sets_.begin(), sets_.end(), pattern.left.set);
      kind = kNotIn + static_cast<uint32_t>(known - sets_.begin());
      if (known == sets_.end()) sets_.push_back(pattern.left.set);
    }
    for (uint32_t q = 0; q < graph.classes.size(); q++) {
      const uint32_t at = base + q;
      classes.push_back(graph.classes[q]);
      start_kind_.push_back(kind);
      if (graph.first[q]) set_bit(first_, at);
      if (graph.last[q] && pattern.right.kind != AssertionKind::none) set_bit(start_, at);
      for (uint32_t e = graph.pred_offsets[q]; e < graph.pred_offsets[q + 1]; e++) {
        const uint32_t pred = base + graph.preds[e];
        set_bit(start_, pred);  // more may follow: not decided yet
        if (pred + 1 == at) set_bit(after_previous_, at);
        else if (pred == at) set_bit(after_itself_, at);
        else {
          set_bit(after_others_, at);
          others_.push_back(pred);
        }
      }
      other_offsets_.push_back(static_cast<uint32_t>(others_.size()));
    }
    max_width_ = std::max(max_width_, static_cast<size_t>(pattern.max_width));
  }
  // Bytes that no class tells apart share a column.
  std::map<Bits, uint8_t> columns;
  for (int byte = 0; byte < 256; byte++) {
    Bits accepted(words_, 0);
    for (size_t at = 0; at < classes.size(); at++) {
      if (has_byte(classes[at].data(), static_cast<uint8_t>(byte))) set_bit(accepted, at);
    }
    const auto [known, fresh] = columns.emplace(accepted, static_cast<uint8_t>(columns.size()));
    if (fresh) accepts_.push_back(std::move(accepted));
    column_of_[byte] = known->second;
  }
  seen_.resize(kNotIn + sets_.size());
  reset();
}

void HoldDfa::reset() {
  expects_.clear();
  begins_.clear();
  table_.clear();
  index_.clear();
  add(Bits(words_, 0), {});  // 0: dead
  std::fill(table_.begin(), table_.end(), 0);
  add(start_, {});  // 1: end of the text
}

int32_t HoldDfa::add(const Bits& expect, Begins&& begins) {
  const int32_t state = static_cast<int32_t>(begins_.size());
  expects_.insert(expects_.end(), expect.begin(), expect.end());
  begins_.push_back(std::move(begins));
  table_.insert(table_.end(), accepts_.size(), kUnknown);
  return state;
}

int32_t HoldDfa::intern(const Bits& expect, Begins&& begins) {
  if (begins.none() && std::all_of(expect.begin(), expect.end(), [](uint64_t word) { return word == 0; })) return 0;
  const uint64_t hash = hash_of(expect);
  const auto [first, last] = index_.equal_range(hash);
  for (auto it = first; it != last; ++it) {
    const size_t state = static_cast<size_t>(it->second);
    if (begins_[state] == begins && std::equal(expect.begin(), expect.end(), expects_.begin() + static_cast<ptrdiff_t>(state * words_))) return it->second;
  }
  return index_.emplace(hash, add(expect, std::move(begins)))->second;
}

HoldDfa::Begins HoldDfa::begins_of(const Bits& hit) {
  std::fill(seen_.begin(), seen_.end(), 0);
  for_each_bit(hit, first_, [&](size_t at) { seen_[start_kind_[at]] = 1; });
  Begins begins{seen_[kAnywhere] == 1, seen_[kAtBoundary] == 1, {}};
  for (uint32_t set = 0; set < sets_.size(); set++) {
    if (seen_[kNotIn + set] == 1) begins.not_in.push_back(set);
  }
  return begins;
}

int32_t HoldDfa::step(int32_t from, uint8_t column) {
  const uint64_t* expect = &expects_[static_cast<size_t>(from) * words_];
  for (size_t w = 0; w < words_; w++) hit_[w] = expect[w] & accepts_[column][w];
  uint64_t ahead = 0;
  for (size_t w = words_; w-- > 0;) {
    const uint64_t back = hit_[w] & after_previous_[w];
    next_[w] = (hit_[w] & after_itself_[w]) | (back >> 1) | ahead;
    ahead = back << 63;
  }
  for_each_bit(hit_, after_others_, [&](size_t at) {
    for (uint32_t e = other_offsets_[at]; e < other_offsets_[at + 1]; e++) set_bit(next_, others_[e]);
  });
  const int32_t to = intern(next_, begins_of(hit_));
  table_[static_cast<size_t>(from) * accepts_.size() + column] = to;
  return to;
}

size_t HoldDfa::release_index(const uint8_t* window, size_t floor, size_t end) {
  if (begins_.size() > kMaxStates) reset();
  const size_t lowest = end > max_width_ ? std::max(floor, end - max_width_) : floor;
  size_t hold = end;
  int32_t state = 1;
  for (size_t at = end; at-- > lowest;) {
    const uint8_t column = column_of_[window[at]];
    int32_t next = table_[static_cast<size_t>(state) * accepts_.size() + column];
    if (next == kUnknown) next = step(state, column);
    if (next == 0) break;
    state = next;
    const Begins& begins = begins_[static_cast<size_t>(state)];
    if (begins.anywhere) {
      hold = at;
      continue;
    }
    if (begins.at_boundary && (at > 0 && is_word(window[at - 1])) != is_word(window[at])) {
      hold = at;
      continue;
    }
    for (uint32_t set : begins.not_in) {
      if (at == 0 || !has_byte(sets_[set].data(), window[at - 1])) {
        hold = at;
        break;
      }
    }
  }
  return hold;
}
