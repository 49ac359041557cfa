#include "engine.h"

#include <algorithm>
#include <cstdio>
#include <tuple>

namespace {

// Vectorscan 5.4.9 misses matches near the end of what it reads where few patterns have few letters, in block and in stream mode
// (`tests/conformance/engines.test.ts` on it; Hyperscan 5.4.0 does not). Hyperscan's last version is 5.4.2, Vectorscan's come after.
bool misses_matches() {
  int major = 0, minor = 0, patch = 0;
  return std::sscanf(hs_version(), "%d.%d.%d", &major, &minor, &patch) != 3 || std::tie(major, minor, patch) > std::make_tuple(5, 4, 2);
}

}  // namespace

Engine::Engine(SharedDatabase database, std::vector<Pattern> patterns)
    : live_reads_all_(misses_matches()), database_(std::move(database)), patterns_(std::move(patterns)), live_(patterns_), hold_(patterns_), finder_(patterns_) {
  for (const Pattern& pattern : patterns_) {
    if (!pattern.trigger) max_width = std::max(max_width, pattern.max_width);
  }
}

std::unique_ptr<Engine> Engine::create(SharedDatabase database, std::vector<Pattern> patterns) {
  std::unique_ptr<Engine> engine(new Engine(std::move(database), std::move(patterns)));
  return hs_alloc_scratch(engine->database_.get(), &engine->scratch_) == HS_SUCCESS ? std::move(engine) : nullptr;
}

Engine::~Engine() { hs_free_scratch(scratch_); }

bool Engine::find_ends(const uint8_t* window, size_t lowest, size_t new_from, size_t end) {
  struct Search {
    std::vector<End>& ends;
    size_t lowest, new_from;
  } search{ends_, lowest, new_from};
  const auto on_match = [](unsigned pattern, unsigned long long, unsigned long long to, unsigned, void* context) {
    auto& [ends, lowest, new_from] = *static_cast<Search*>(context);
    if (lowest + to > new_from) ends.push_back({pattern, static_cast<size_t>(lowest + to)});
    return ends.size() < kMaxMatches ? 0 : 1;
  };
  const char* text = reinterpret_cast<const char*>(window + lowest);
  return hs_scan(database_.get(), text, static_cast<unsigned>(end - lowest), 0, scratch_, on_match, &search) == HS_SUCCESS;
}

bool Engine::add(uint32_t pattern, const uint8_t* window, size_t held_from, size_t to) {
  const bool trigger = patterns_[pattern].trigger;
  // A trigger's bytes are not held.
  if (trigger ? to < held_from : to <= held_from) return true;
  finder_.find(pattern, window, trigger ? 0 : held_from, to, starts_);
  if (trigger && starts_.size() > 1) starts_.resize(1);
  for (uint32_t from : starts_) matches.push_back({pattern, from, static_cast<uint32_t>(to)});
  return matches.size() < kMaxMatches;
}

int64_t Engine::scan(Stream& stream, const uint8_t* window, size_t held_from, size_t new_from, size_t end) {
  matches.clear();
  ends_.clear();
  if (!stream.open) return -1;
  if (new_from == end) return static_cast<int64_t>(held_from);
  for (uint32_t pattern : stream.pending) {
    if (right_holds(patterns_[pattern].right, window, new_from) && !add(pattern, window, held_from, new_from)) return -1;
  }
  stream.pending.clear();
  const bool is_long = end - new_from >= kLongBytes && !live_reads_all_;
  const size_t lowest = std::min(held_from, new_from - std::min(new_from, kTriggerBytes));
  if (!is_long) {
    if (!live_.read(stream.place, window, lowest, new_from, end, ends_)) return -1;
  } else {
    stream.place = {};
    if (!find_ends(window, lowest - std::min<size_t>(lowest, 1), new_from, end)) return -1;
  }
  for (const End& match : ends_) {
    if (match.to == end && patterns_[match.pattern].right.kind != AssertionKind::none) stream.pending.push_back(match.pattern);
    else if (right_holds(patterns_[match.pattern].right, window, match.to) && !add(match.pattern, window, held_from, match.to)) return -1;
  }
  // A start that is too far back, or was never held, hides those behind it.
  const size_t live = LiveDfa::live_bytes(stream.place);
  const bool is_known = !is_long && live <= max_width && live <= end - held_from;
  return static_cast<int64_t>(is_known ? end - live : hold_.release_index(window, held_from, end));
}

int64_t Engine::finish(Stream& stream, const uint8_t* window, size_t held_from, size_t end) {
  matches.clear();
  if (!stream.open) return -1;
  stream.open = false;
  for (uint32_t pattern : stream.pending) {
    if (right_holds_at_end(patterns_[pattern].right, window, end) && !add(pattern, window, held_from, end)) return -1;
  }
  return 0;
}
