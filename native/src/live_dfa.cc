#include "live_dfa.h"

#include <algorithm>
#include <map>

namespace {

uint64_t mixed(uint64_t hash, uint64_t value) { return (hash ^ value) * 0x9e3779b97f4a7c15u + (hash >> 29); }

}  // namespace

LiveDfa::LiveDfa(const std::vector<Pattern>& patterns) {
  std::map<ByteSet, uint16_t> sets;
  std::vector<uint32_t> first;
  for (uint32_t p = 0; p < patterns.size(); p++) {
    const Graph& graph = patterns[p].relaxed;
    const uint32_t count = static_cast<uint32_t>(graph.classes.size()), base = static_cast<uint32_t>(positions_.size());
    const bool has_right = patterns[p].right.kind != AssertionKind::none;
    left_.push_back(patterns[p].left);
    is_trigger_.push_back(patterns[p].trigger);
    std::vector<std::vector<uint32_t>> next(count);
    for (uint32_t q = 0; q < count; q++) {
      for (uint32_t e = graph.pred_offsets[q]; e < graph.pred_offsets[q + 1]; e++) next[graph.preds[e]].push_back(base + q);
    }
    for (uint32_t q = 0; q < count; q++) {
      if (graph.first[q]) first.push_back(base + q);
      const uint16_t set = sets.emplace(graph.classes[q], static_cast<uint16_t>(sets.size())).first->second;
      const uint32_t from = static_cast<uint32_t>(next_.size());
      next_.insert(next_.end(), next[q].begin(), next[q].end());
      const bool is_last = graph.last[q] != 0;
      positions_.push_back({p, from, static_cast<uint32_t>(next_.size()), set, is_last, next[q].empty() && !(is_last && has_right)});
    }
  }
  std::map<std::vector<bool>, uint32_t> lefts;
  std::map<std::pair<std::vector<uint8_t>, uint32_t>, uint8_t> columns;
  for (int at = 0; at < 256; at++) {
    const uint8_t byte = static_cast<uint8_t>(at);
    std::vector<bool> meaning{is_word(byte)};
    for (const Assertion& left : left_) meaning.push_back(left.kind == AssertionKind::not_in && has_byte(left.set.data(), byte));
    const auto [left, is_new] = lefts.emplace(meaning, static_cast<uint32_t>(lefts.size()));
    if (is_new) byte_of_left_.push_back(byte);
    left_of_[at] = left->second;
    std::vector<uint8_t> accepted(sets.size());
    for (const auto& [set, id] : sets) accepted[id] = has_byte(set.data(), byte);
    const auto [column, fresh] = columns.emplace(std::pair(accepted, left->second), static_cast<uint8_t>(columns.size()));
    column_of_[at] = column->second;
    if (!fresh) continue;
    firsts_.emplace_back();
    for (const uint32_t q : first) {
      if (accepted[positions_[q].set]) firsts_.back().push_back(q);
    }
    accepts_.push_back(std::move(accepted));
  }
  hit_.resize(positions_.size());
}

// Positions that a match may begin on with the byte, by what stands before it; ascending.
const std::vector<uint32_t>& LiveDfa::beginning(uint32_t left, uint8_t byte) {
  const auto [known, fresh] = beginning_.try_emplace((static_cast<uint64_t>(left) << 8) | column_of_[byte]);
  if (!fresh) return known->second;
  for (const uint32_t q : firsts_[column_of_[byte]]) {
    const Assertion& assertion = left_[positions_[q].pattern];
    // At the edge of the text nothing stands before it.
    const uint8_t pair[2] = {left == kNone ? uint8_t{0} : byte_of_left_[left], byte};
    if (left == kNone ? left_holds(assertion, pair + 1, 0) : left_holds(assertion, pair, 1)) known->second.push_back(q);
  }
  return known->second;
}

bool LiveDfa::is_same(const State& a, const State& b) const {
  const auto same_thread = [](const Thread& x, const Thread& y) { return x.position == y.position && x.group == y.group; };
  return a.left == b.left && a.groups == b.groups &&
         std::equal(threads_.begin() + a.threads_from, threads_.begin() + a.threads_to, threads_.begin() + b.threads_from, threads_.begin() + b.threads_to, same_thread) &&
         std::equal(ends_.begin() + a.ends_from, ends_.begin() + a.ends_to, ends_.begin() + b.ends_from, ends_.begin() + b.ends_to);
}

// Of a state whose threads and ends are the last ones; they go where the same is known.
uint32_t LiveDfa::intern(const State& state) {
  uint64_t hash = state.left;
  for (uint32_t i = state.threads_from; i < state.threads_to; i++) hash = mixed(hash, (static_cast<uint64_t>(threads_[i].group) << 32) | threads_[i].position);
  for (uint32_t i = state.ends_from; i < state.ends_to; i++) hash = mixed(hash, ends_[i]);
  const auto [first, last] = index_.equal_range(hash);
  for (auto it = first; it != last; ++it) {
    if (!is_same(states_[it->second], state)) continue;
    threads_.resize(state.threads_from);
    ends_.resize(state.ends_from);
    return it->second;
  }
  const uint32_t number = static_cast<uint32_t>(states_.size());
  bytes_ += sizeof(State) + (state.threads_to - state.threads_from) * sizeof(Thread) + accepts_.size() * sizeof(uint32_t);
  states_.push_back(state);
  table_.insert(table_.end(), accepts_.size(), kNone);
  return index_.emplace(hash, number)->second;
}

// Other places than this one have to be found again.
void LiveDfa::forget_all_but(Place& place) {
  State state = states_[place.state];
  std::vector<Thread> threads(threads_.begin() + state.threads_from, threads_.begin() + state.threads_to);
  std::vector<uint32_t> ends(ends_.begin() + state.ends_from, ends_.begin() + state.ends_to);
  states_.clear();
  table_.clear();
  edges_.clear();
  kept_.clear();
  index_.clear();
  bytes_ = 0;
  state.threads_from = state.ends_from = 0;
  state.threads_to = static_cast<uint32_t>(threads.size());
  state.ends_to = static_cast<uint32_t>(ends.size());
  threads_ = std::move(threads);
  ends_ = std::move(ends);
  place.state = intern(state);
  place.generation = ++generation_;
}

void LiveDfa::offer(uint32_t position, uint32_t group) {
  Hit& hit = hit_[position];
  if (hit.step != step_) {
    hit = {step_, group};
    hits_.push_back(position);
  } else if (group < hit.group) {
    hit.group = group;
  }
}

uint32_t LiveDfa::make(uint32_t from, uint8_t byte) {
  const uint8_t column = column_of_[byte];
  const std::vector<uint8_t>& accepts = accepts_[column];
  const uint32_t begun = states_[from].groups;
  hits_.clear();
  step_++;
  for (uint32_t i = states_[from].threads_from; i < states_[from].threads_to; i++) {
    const Position& position = positions_[threads_[i].position];
    for (uint32_t e = position.next_from; e < position.next_to; e++) {
      if (accepts[positions_[next_[e]].set]) offer(next_[e], threads_[i].group);
    }
  }
  const std::ptrdiff_t went_on = static_cast<std::ptrdiff_t>(hits_.size());
  for (const uint32_t q : beginning(states_[from].left, byte)) offer(q, is_trigger_[positions_[q].pattern] ? kNone : begun);
  // Most go to the next position, so they are nearly in order.
  for (std::ptrdiff_t i = 1; i < went_on; i++) {
    for (std::ptrdiff_t k = i; k > 0 && hits_[k] < hits_[k - 1]; k--) std::swap(hits_[k], hits_[k - 1]);
  }
  std::inplace_merge(hits_.begin(), hits_.begin() + went_on, hits_.end());
  State to{left_of_[byte], 0, static_cast<uint32_t>(threads_.size()), 0, static_cast<uint32_t>(ends_.size()), 0};
  lives_.assign(begun + 1, 0);
  for (const uint32_t q : hits_) {
    const Position& position = positions_[q];
    if (position.is_last && (ends_.size() == to.ends_from || ends_.back() != position.pattern)) ends_.push_back(position.pattern);
    if (position.is_decided) continue;
    threads_.push_back({q, hit_[q].group});
    if (hit_[q].group != kNone) lives_[hit_[q].group] = 1;
  }
  to.threads_to = static_cast<uint32_t>(threads_.size());
  to.ends_to = static_cast<uint32_t>(ends_.size());
  Edge edge{0, static_cast<uint32_t>(kept_.size()), 0, false, lives_[begun] != 0};
  for (uint32_t group = 0; group <= begun; group++) {
    if (!lives_[group]) continue;
    if (group < begun) kept_.push_back(group);
    lives_[group] = to.groups++;
  }
  for (uint32_t i = to.threads_from; i < to.threads_to; i++) {
    if (threads_[i].group != kNone) threads_[i].group = lives_[threads_[i].group];
  }
  edge.kept = static_cast<uint32_t>(kept_.size()) - edge.kept_from;
  edge.is_same = edge.kept == begun && !edge.begins;
  edge.state = intern(to);
  const uint32_t number = static_cast<uint32_t>(edges_.size());
  bytes_ += sizeof(Edge) + edge.kept * sizeof(uint32_t);
  edges_.push_back(edge);
  table_[static_cast<size_t>(from) * accepts_.size() + column] = number;
  return number;
}

bool LiveDfa::read(Place& place, const uint8_t* window, size_t lowest, size_t from, size_t to, std::vector<End>& ends) {
  size_t at = from;
  if (place.generation != generation_) {
    at = lowest;
    const uint32_t left = lowest == 0 ? kNone : left_of_[window[lowest - 1]];
    const uint32_t threads = static_cast<uint32_t>(threads_.size()), ends_from = static_cast<uint32_t>(ends_.size());
    place = {generation_, intern({left, 0, threads, threads, ends_from, ends_from}), 0, {}};
  }
  for (; at < to; at++) {
    uint32_t number = table_[static_cast<size_t>(place.state) * accepts_.size() + column_of_[window[at]]];
    if (number == kNone) {
      if (bytes_ > kMaxBytes) forget_all_but(place);
      number = make(place.state, window[at]);
    }
    const Edge& edge = edges_[number];
    if (!edge.is_same) {
      for (uint32_t i = 0; i < edge.kept; i++) place.starts[i] = place.starts[kept_[edge.kept_from + i]];
      place.starts.resize(edge.kept);
      if (edge.begins) place.starts.push_back(place.read);
    }
    place.state = edge.state;
    place.read++;
    if (at < from) continue;
    const State& state = states_[place.state];
    for (uint32_t i = state.ends_from; i < state.ends_to; i++) ends.push_back({ends_[i], at + 1});
    if (ends.size() > kMaxMatches) return false;
  }
  return true;
}
