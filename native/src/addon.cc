#include <napi.h>
#include <unistd.h>

#include "engine.h"

namespace {

template <typename T>
std::vector<T> copy_of(const Napi::Object& object, const char* name) {
  const auto array = object.Get(name).As<Napi::TypedArrayOf<T>>();
  return std::vector<T>(array.Data(), array.Data() + array.ElementLength());
}

Graph read_graph(const Napi::Object& object) {
  Graph graph;
  const auto bytes = copy_of<uint8_t>(object, "classes");
  graph.classes.resize(bytes.size() / 32);
  for (size_t i = 0; i < graph.classes.size() * 32; i++) graph.classes[i / 32][i % 32] = bytes[i];
  graph.pred_offsets = copy_of<uint32_t>(object, "predOffsets");
  graph.preds = copy_of<uint32_t>(object, "preds");
  graph.first = copy_of<uint8_t>(object, "first");
  graph.last = copy_of<uint8_t>(object, "last");
  return graph;
}

// Every walk trusts these tables, so they are checked once here.
bool is_consistent(const Graph& graph) {
  const size_t positions = graph.classes.size();
  if (positions == 0 || graph.first.size() != positions || graph.last.size() != positions || graph.pred_offsets.size() != positions + 1) return false;
  if (graph.pred_offsets.front() != 0 || graph.pred_offsets.back() != graph.preds.size()) return false;
  for (size_t i = 0; i < positions; i++)
    if (graph.pred_offsets[i] > graph.pred_offsets[i + 1]) return false;
  for (const uint32_t pred : graph.preds)
    if (pred >= positions) return false;
  return true;
}

Assertion read_assertion(const Napi::Object& object) {
  Assertion assertion;
  assertion.kind = static_cast<AssertionKind>(object.Get("kind").ToNumber().Uint32Value());
  const auto set = copy_of<uint8_t>(object, "set");
  for (size_t i = 0; i < 32 && i < set.size(); i++) assertion.set[i] = set[i];
  return assertion;
}

Pattern read_pattern(const Napi::Object& object) {
  Pattern pattern;
  pattern.exact = read_graph(object.Get("exact").As<Napi::Object>());
  pattern.relaxed = read_graph(object.Get("relaxed").As<Napi::Object>());
  pattern.left = read_assertion(object.Get("left").As<Napi::Object>());
  pattern.right = read_assertion(object.Get("right").As<Napi::Object>());
  pattern.max_width = object.Get("maxWidth").ToNumber().Uint32Value();
  pattern.trigger = object.Get("trigger").ToBoolean();
  return pattern;
}

class NativeEngine : public Napi::ObjectWrap<NativeEngine> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "NativeEngine",
                       {InstanceMethod<&NativeEngine::open_stream>("openStream"), InstanceMethod<&NativeEngine::scan>("scan"), InstanceMethod<&NativeEngine::finish>("finish"),
                        InstanceMethod<&NativeEngine::take_matches>("takeMatches"), InstanceMethod<&NativeEngine::close_stream>("closeStream"),
                        InstanceAccessor<&NativeEngine::max_width>("maxWidth")});
  }

  explicit NativeEngine(const Napi::CallbackInfo& info) : Napi::ObjectWrap<NativeEngine>(info) {
    const auto bytes = info[1].As<Napi::Uint8Array>();
    SharedDatabase database = shared_database(info[0].As<Napi::String>(), reinterpret_cast<const char*>(bytes.Data()), bytes.ByteLength());
    if (!database) throw Napi::Error::New(info.Env(), "The pattern database cannot be read on this machine. Compile it again.");
    const auto list = info[2].As<Napi::Array>();
    std::vector<Pattern> patterns;
    for (uint32_t i = 0; i < list.Length(); i++) patterns.push_back(read_pattern(list.Get(i).As<Napi::Object>()));
    for (const Pattern& pattern : patterns)
      if (!is_consistent(pattern.exact) || !is_consistent(pattern.relaxed)) throw Napi::TypeError::New(info.Env(), "The tables of a pattern do not fit together.");
    engine_ = Engine::create(std::move(database), std::move(patterns));
    if (!engine_) throw Napi::Error::New(info.Env(), "Hyperscan could not allocate its scratch.");
  }

 private:
  Napi::Value open_stream(const Napi::CallbackInfo& info) {
    auto stream = std::make_unique<Stream>();
    stream->open = true;
    return Napi::External<Stream>::New(info.Env(), stream.release(), [](Napi::Env, Stream* s) { delete s; });
  }

  // Called for every few bytes of every text, so with as few calls into the runtime as its arguments allow.
  Napi::Value scan(const Napi::CallbackInfo& info) {
    const Window window(info);
    const uint32_t held = window.index(2), from = window.index(3), end = window.index(4);
    if (held > end || from > end) throw Napi::RangeError::New(info.Env(), "heldFrom and newFrom must not lie behind end");
    return answer(info, engine_->scan(stream_of(info), window.bytes, held, from, end));
  }

  Napi::Value finish(const Napi::CallbackInfo& info) {
    const Window window(info);
    const uint32_t held = window.index(2), end = window.index(3);
    if (held > end) throw Napi::RangeError::New(info.Env(), "heldFrom must not lie behind end");
    return answer(info, engine_->finish(stream_of(info), window.bytes, held, end));
  }

  // One number, for a second call costs as much as a scan: the release index, or where there are matches -2 less it; -1 on an error.
  Napi::Value answer(const Napi::CallbackInfo& info, int64_t release) const {
    return Napi::Number::New(info.Env(), static_cast<double>(release < 0 ? -1 : engine_->matches.empty() ? release : -2 - release));
  }

  Napi::Value take_matches(const Napi::CallbackInfo& info) {
    auto array = Napi::Int32Array::New(info.Env(), engine_->matches.size() * 3);
    int32_t* out = array.Data();
    for (const Match& match : engine_->matches) {
      *out++ = static_cast<int32_t>(match.pattern);
      *out++ = static_cast<int32_t>(match.from);
      *out++ = static_cast<int32_t>(match.to);
    }
    engine_->matches.clear();
    return array;
  }

  void close_stream(const Napi::CallbackInfo& info) { stream_of(info).open = false; }
  Napi::Value max_width(const Napi::CallbackInfo& info) { return Napi::Number::New(info.Env(), engine_->max_width); }

  static Stream& stream_of(const Napi::CallbackInfo& info) {
    void* handle;
    if (napi_get_value_external(info.Env(), info[0], &handle) != napi_ok) throw Napi::TypeError::New(info.Env(), "stream must come from openStream");
    return *static_cast<Stream*>(handle);
  }

  // The second argument, and the indices into it that come after it.
  struct Window {
    const Napi::CallbackInfo& info;
    const uint8_t* bytes = nullptr;
    size_t length = 0;

    explicit Window(const Napi::CallbackInfo& info) : info(info) {
      napi_typedarray_type type;
      void* data;
      const napi_status status = napi_get_typedarray_info(info.Env(), info[1], &type, &length, &data, nullptr, nullptr);
      if (status != napi_ok || type != napi_uint8_array) throw Napi::TypeError::New(info.Env(), "window must be a Uint8Array");
      bytes = static_cast<const uint8_t*>(data);
    }

    uint32_t index(size_t argument) const {
      double value;
      if (napi_get_value_double(info.Env(), info[argument], &value) != napi_ok || !(value >= 0) || value > static_cast<double>(length))
        throw Napi::RangeError::New(info.Env(), "an index lies outside the window");
      return static_cast<uint32_t>(value);
    }
  };

  std::unique_ptr<Engine> engine_;
};

Napi::Value compile(const Napi::CallbackInfo& info) {
  const auto sources = info[0].As<Napi::Array>();
  const auto caseless_list = info[1].As<Napi::Array>();
  std::vector<std::string> expressions;
  std::vector<bool> caseless;
  for (uint32_t i = 0; i < sources.Length(); i++) {
    expressions.push_back(sources.Get(i).As<Napi::String>());
    caseless.push_back(caseless_list.Get(i).ToBoolean());
  }
  CompileFailure failure;
  const SharedDatabase database = compile_database(expressions, caseless, failure);
  if (!database) {
    Napi::Error error = Napi::Error::New(info.Env(), failure.message);
    error.Set("pattern", Napi::Number::New(info.Env(), failure.pattern));
    throw error;
  }
  char* bytes = nullptr;
  size_t length = 0;
  if (hs_serialize_database(database.get(), &bytes, &length) != HS_SUCCESS) throw Napi::Error::New(info.Env(), "Hyperscan could not serialise the database.");
  auto buffer = Napi::Buffer<char>::Copy(info.Env(), bytes, length);
  free(bytes);
  return buffer;
}

// As the system ends a process: it waits for no thread, and runs nothing more.
void end_process(const Napi::CallbackInfo& info) { _exit(info[0].ToNumber().Int32Value()); }

Napi::Object init(Napi::Env env, Napi::Object exports) {
  exports.Set("NativeEngine", NativeEngine::define(env));
  exports.Set("compile", Napi::Function::New(env, compile));
  exports.Set("endProcess", Napi::Function::New(env, end_process));
  exports.Set("hyperscanVersion", Napi::Function::New(env, [](const Napi::CallbackInfo& info) { return Napi::String::New(info.Env(), hs_version()); }));
  return exports;
}

}  // namespace

NODE_API_MODULE(secure_llm_proxy_native, init)
