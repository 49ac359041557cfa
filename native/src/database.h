#pragma once
#include <hs.h>

#include <memory>
#include <string>
#include <vector>

using SharedDatabase = std::shared_ptr<hs_database_t>;

struct CompileFailure {
  std::string message;
  int pattern = -1;
};

// Block mode, no start of match, DOTALL; ids are indices. Null and `failure` set when it does not compile.
SharedDatabase compile_database(const std::vector<std::string>& expressions, const std::vector<bool>& caseless, CompileFailure& failure);

// The database of this name, deserialised at most once in the process and shared by all threads: it is read-only, and
// a copy per lane would cost megabytes each. The registry is the only static state of the addon. Null on bad bytes.
SharedDatabase shared_database(const std::string& key, const char* bytes, size_t length);
