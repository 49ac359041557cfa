#pragma once
#include <hs.h>

#include <memory>
#include <string>
#include <vector>

#include "database.h"
#include "hold_dfa.h"
#include "start_finder.h"

struct Match {
  uint32_t pattern, from, to;
};

// What one text carries between scans.
struct Stream {
  hs_stream_t* hs = nullptr;
  uint64_t scanned = 0;           // bytes given to Hyperscan
  std::vector<uint32_t> pending;  // patterns that match up to the end, if the byte that follows allows it
};

// One rule set on one thread: shared database, own scratch, own lazy automaton.
class Engine {
 public:
  static std::unique_ptr<Engine> create(SharedDatabase database, std::vector<Pattern> patterns);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  bool open(Stream& stream);
  void close(Stream& stream);
  // Release index, or -1 on an engine error: the caller ends closed.
  int64_t scan(Stream& stream, const uint8_t* window, size_t held_from, size_t new_from, size_t end);
  int64_t finish(Stream& stream, const uint8_t* window, size_t held_from, size_t end);

  std::vector<Match> matches;
  uint32_t max_width = 0;

 private:
  struct End {
    uint32_t pattern;
    uint64_t to;  // in bytes given to Hyperscan
  };
  static constexpr size_t kMaxMatches = 1u << 20;
  static int on_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void* context);

  Engine(SharedDatabase database, std::vector<Pattern> patterns);
  // Adds all starts of a match that ends at window index `to`; false when there are too many matches.
  bool is_past(uint32_t pattern, size_t to, size_t held_from) const;
  bool add(uint32_t pattern, const uint8_t* window, size_t floor, size_t to);

  SharedDatabase database_;
  std::vector<Pattern> patterns_;
  HoldDfa hold_;
  StartFinder finder_;
  hs_scratch_t* scratch_ = nullptr;
  std::vector<End> ends_;
  std::vector<uint32_t> starts_;
};
