#pragma once
#include <hs.h>

#include <memory>
#include <string>
#include <vector>

#include "database.h"
#include "hold_dfa.h"
#include "live_dfa.h"
#include "start_finder.h"

struct Match {
  uint32_t pattern, from, to;
};

// What one text carries between scans.
struct Stream {
  bool open = false;
  LiveDfa::Place place;
  std::vector<uint32_t> pending;  // patterns that match up to the end, if the byte that follows allows it
};

// One rule set on one thread: shared database, own scratch, own lazy automata.
class Engine {
 public:
  static std::unique_ptr<Engine> create(SharedDatabase database, std::vector<Pattern> patterns);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // Release index, or -1 on an engine error: the caller ends closed.
  int64_t scan(Stream& stream, const uint8_t* window, size_t held_from, size_t new_from, size_t end);
  int64_t finish(Stream& stream, const uint8_t* window, size_t held_from, size_t end);

  std::vector<Match> matches;
  uint32_t max_width = 0;

 private:
  // Bytes before what is new that a trigger may begin in. LEFT_CONTEXT_BYTES of the scanner: none is wider.
  static constexpr size_t kTriggerBytes = 64;
  // New bytes from which on Hyperscan reads them.
  static constexpr size_t kLongBytes = 64;

  Engine(SharedDatabase database, std::vector<Pattern> patterns);
  // The matches that end in window(new_from, end], into `ends_`, by Hyperscan; false on its error.
  bool find_ends(const uint8_t* window, size_t lowest, size_t new_from, size_t end);
  // Takes a match that ends at `to`, with all its starts; false when there are too many.
  bool add(uint32_t pattern, const uint8_t* window, size_t held_from, size_t to);

  const bool live_reads_all_;
  SharedDatabase database_;
  std::vector<Pattern> patterns_;
  LiveDfa live_;
  HoldDfa hold_;
  StartFinder finder_;
  hs_scratch_t* scratch_ = nullptr;
  std::vector<End> ends_;
  std::vector<uint32_t> starts_;
};
