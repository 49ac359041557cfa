#include "engine.h"

#include <algorithm>

Engine::Engine(SharedDatabase database, std::vector<Pattern> patterns) : database_(std::move(database)), patterns_(std::move(patterns)), hold_(patterns_), finder_(patterns_) {
  for (const Pattern& pattern : patterns_) {
    if (!pattern.trigger) max_width = std::max(max_width, pattern.max_width);
  }
}

std::unique_ptr<Engine> Engine::create(SharedDatabase database, std::vector<Pattern> patterns) {
  std::unique_ptr<Engine> engine(new Engine(std::move(database), std::move(patterns)));
  return hs_alloc_scratch(engine->database_.get(), &engine->scratch_) == HS_SUCCESS ? std::move(engine) : nullptr;
}

Engine::~Engine() { hs_free_scratch(scratch_); }

bool Engine::open(Stream& stream) { return hs_open_stream(database_.get(), 0, &stream.hs) == HS_SUCCESS; }

void Engine::close(Stream& stream) {
  if (stream.hs) hs_close_stream(stream.hs, nullptr, nullptr, nullptr);
  stream.hs = nullptr;
}

// Always 0: a nonzero answer would poison the stream.
int Engine::on_match(unsigned id, unsigned long long, unsigned long long to, unsigned, void* context) {
  auto* engine = static_cast<Engine*>(context);
  if (engine->ends_.size() < kMaxMatches) engine->ends_.push_back({id, to});
  return 0;
}

// A trigger's bytes are not held, and with a trailing `\b` it is reported one byte late.
bool Engine::is_past(uint32_t pattern, size_t to, size_t held_from) const {
  return patterns_[pattern].trigger ? to < held_from : to <= held_from;
}

bool Engine::add(uint32_t pattern, const uint8_t* window, size_t floor, size_t to) {
  const bool trigger = patterns_[pattern].trigger;
  finder_.find(pattern, window, trigger ? 0 : floor, to, starts_);
  if (trigger && starts_.size() > 1) starts_.resize(1);
  for (uint32_t from : starts_) matches.push_back({pattern, from, static_cast<uint32_t>(to)});
  return matches.size() < kMaxMatches;
}

int64_t Engine::scan(Stream& stream, const uint8_t* window, size_t held_from, size_t new_from, size_t end) {
  matches.clear();
  ends_.clear();
  if (!stream.hs) return -1;
  if (new_from == end) return static_cast<int64_t>(held_from);
  for (uint32_t pattern : stream.pending) {
    if (!has_byte(patterns_[pattern].right.set.data(), window[new_from]) && !add(pattern, window, held_from, new_from)) return -1;
  }
  stream.pending.clear();
  if (hs_scan_stream(stream.hs, reinterpret_cast<const char*>(window + new_from), static_cast<unsigned>(end - new_from), 0, scratch_, on_match, this) != HS_SUCCESS) return -1;
  const uint64_t before = stream.scanned;
  stream.scanned += end - new_from;
  if (ends_.size() >= kMaxMatches) return -1;
  for (const End& match : ends_) {
    // A trailing `\b` is reported when the next byte arrives, so `to` may lie before the new bytes.
    if (match.to + new_from < before) continue;
    const size_t to = static_cast<size_t>(match.to + new_from - before);
    if (is_past(match.pattern, to, held_from)) continue;
    if (patterns_[match.pattern].right.kind == AssertionKind::not_in) {
      if (to == end) {
        stream.pending.push_back(match.pattern);
        continue;
      }
      if (has_byte(patterns_[match.pattern].right.set.data(), window[to])) continue;
    }
    if (!add(match.pattern, window, held_from, to)) return -1;
  }
  return static_cast<int64_t>(hold_.release_index(window, held_from, end));
}

int64_t Engine::finish(Stream& stream, const uint8_t* window, size_t held_from, size_t end) {
  matches.clear();
  ends_.clear();
  if (!stream.hs) return -1;
  const hs_error_t status = hs_close_stream(stream.hs, scratch_, on_match, this);
  stream.hs = nullptr;
  if (status != HS_SUCCESS || ends_.size() >= kMaxMatches) return -1;
  for (uint32_t pattern : stream.pending) {
    if (!add(pattern, window, held_from, end)) return -1;
  }
  stream.pending.clear();
  for (const End& match : ends_) {
    const uint64_t back = stream.scanned - match.to;
    if (back > end || is_past(match.pattern, end - back, held_from)) continue;
    if (!add(match.pattern, window, held_from, static_cast<size_t>(end - back))) return -1;
  }
  return 0;
}
