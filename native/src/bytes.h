#pragma once
#include <cstddef>
#include <cstdint>

// The only byte classifier: ASCII word characters, as Hyperscan's `\b` without UCP.
inline bool is_word(uint8_t b) {
  return (b >= '0' && b <= '9') || (b >= 'A' && b <= 'Z') || (b >= 'a' && b <= 'z') || b == '_';
}

inline bool has_byte(const uint8_t* set, uint8_t b) { return (set[b >> 3] >> (b & 7)) & 1; }
