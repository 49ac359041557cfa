#include "database.h"

#include <map>
#include <mutex>

namespace {
SharedDatabase own(hs_database_t* database) { return SharedDatabase(database, hs_free_database); }
}  // namespace

SharedDatabase compile_database(const std::vector<std::string>& expressions, const std::vector<bool>& caseless, CompileFailure& failure) {
  std::vector<const char*> sources;
  std::vector<unsigned> flags, ids;
  for (size_t i = 0; i < expressions.size(); i++) {
    sources.push_back(expressions[i].c_str());
    flags.push_back(HS_FLAG_DOTALL | (caseless[i] ? HS_FLAG_CASELESS : 0));
    ids.push_back(static_cast<unsigned>(i));
  }
  hs_database_t* database = nullptr;
  hs_compile_error_t* error = nullptr;
  if (hs_compile_multi(sources.data(), flags.data(), ids.data(), static_cast<unsigned>(sources.size()), HS_MODE_BLOCK, nullptr, &database, &error) == HS_SUCCESS) return own(database);
  failure.message = error ? error->message : "Hyperscan did not say why";
  failure.pattern = error ? error->expression : -1;
  hs_free_compile_error(error);
  return nullptr;
}

SharedDatabase shared_database(const std::string& key, const char* bytes, size_t length) {
  static std::mutex mutex;
  static std::map<std::string, std::weak_ptr<hs_database_t>> registry;
  const std::lock_guard<std::mutex> lock(mutex);
  if (SharedDatabase known = registry[key].lock()) return known;
  hs_database_t* database = nullptr;
  if (hs_deserialize_database(bytes, length, &database) != HS_SUCCESS) return nullptr;
  SharedDatabase shared = own(database);
  registry[key] = shared;
  return shared;
}
