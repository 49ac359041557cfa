import { expect, test } from "vitest";
import { parseConfig } from "../../../src/config/load.ts";

/** Made at run time: it must look like nothing that a scanner of this repository knows. */
const SECRET = ["hunter2", "correct", "horse"].join("-");
const UP = { up: { type: "openai", base_url: "https://up.example/v1" } };
const provider = (wrong: object): object => ({ llm_providers: { b: { ...UP.up, ...wrong } } });
const limits = (wrong: object): object => ({ security: { rate_limiting: wrong } });
const rule = (...rules: object[]): object => limits({ rules });
const auth = (wrong: object): object => ({ security: { auth: wrong } });
const route = (wrong: object): object => ({ routing: { models: { fast: wrong } } });

/** A wrong value, the key that is named, and what is said of it. */
const WRONG: readonly (readonly [object, string, RegExp])[] = [
	[{ server: { port: SECRET } }, "server.port", /must be a number, not a text/],
	[{ server: { port: 70_000 } }, "server.port", /must be 65535 or less/],
	[{ server: { port: 80.5 } }, "server.port", /whole number, not a number with a fraction/],
	[{ server: { port: null } }, "server.port", /not empty/],
	[{ server: { host: `${SECRET} x` } }, "server.host", /an address or a host name/],
	[{ server: { workers: 0 } }, "server.workers", /must be 1 or more/],
	[{ server: { listener: SECRET } }, "server.listener", /must be auto, uws or node/],
	[{ server: { prot: 1 } }, "server.prot", /not a known key.*Use port/],
	// Of several types of a section, only what its own knows is proposed, and once.
	[{ llm_providers: { a: { type: "demo", models: [SECRET] } } }, "llm_providers.a.models", /not a known key.*Use (?!.*models)/],
	[
		{ llm_providers: { a: { type: "openai", base_url: "https://a.b", modles: [SECRET] } } },
		"llm_providers.a.modles",
		/Use models, (?!.*models)/,
	],
	[{ server: { drain_timeout_ms: "30s" } }, "server.drain_timeout_ms", /must be a number, not a text/],
	[{ server: { trusted_proxies: "10.0.0.0/8" } }, "server.trusted_proxies", /must be a list, not a text/],
	[{ server: { trusted_proxies: ["10.0.0.0/99"] } }, "server.trusted_proxies.0", /a CIDR such as/],
	[{ server: { tls: { key_file: "x" } } }, "server.tls.cert_file", /must be set when key_file is/],
	[{ server: { tls: { client_ca_file: "x" } } }, "server.tls.cert_file", /must be set when client_ca_file is/],
	// Without a blank behind its colon, the value is part of the key.
	[auth({ issuers: { [`password:${SECRET}`]: { issuer: "a", audience: "b" } } }), "security.auth.issuers.password…", /must be letters/],
	[{ llm_providers: { "a\u001b[2Jb": UP.up } }, "llm_providers.a…", /1 to 64 characters that can be printed/],
	[{ llm_providers: { "a\nb": UP.up } }, "llm_providers.a…", /1 to 64 characters that can be printed/],
	[{ llm_providers: { "a\u202eb": UP.up } }, "llm_providers.a…", /1 to 64 characters that can be printed/],
	[{ llm_providers: { "": UP.up } }, "llm_providers.…", /1 to 64 characters that can be printed/],
	[{ llm_providers: { ["p".repeat(65)]: UP.up } }, `llm_providers.${"p".repeat(65)}`, /1 to 64 characters that can be printed/],
	[{ llm_providers: { [`api_key:${SECRET}`]: null } }, "llm_providers.api_key…", /not empty/],
	[
		{ security: { pii_protection: { redaction_strategies: { [`password:${SECRET}`]: "none" } } } },
		"security.pii_protection.redaction_strategies.password…",
		/must be mask/,
	],
	[{ llm_providers: { [`api_key:${SECRET}`]: { type: "demo", port: 1 } } }, "llm_providers.api_key….port", /not a known key/],
	[route({ "llama3:8b": 1, targets: [{ provider: "up" }] }), "routing.models.fast.llama3…", /not a known key/],
	[{ routing: { models: { "llama3:8b": { targets: [] } } } }, "routing.models.llama3:8b.targets", /at least 1 entry/],
	[{ security: { policies: { [`password:${SECRET}`]: {} } } }, "security.policies.password…", /must be letters/],
	[auth({ mode: "jwt", issuer: "staff", audience: "b" }), "security.auth.jwks_url", /must be set, because the issuer is no http/],
	[
		auth({ mode: "jwt", issuers: { a: { issuer: "https://a", audience: "x" }, b: { issuer: "https://a", audience: "y" } } }),
		"security.auth.issuers.b.issuer",
		/is that of another entry/,
	],
	[{ security: { pii_protection: { name_models: ["transformer"] } } }, "security.pii_protection.name_models", /asked beside token/],
	[
		{ security: { pii_protection: { custom_patterns: [{ name: "a", words: ["b"], words_file: "c" }] } } },
		"security.pii_protection.custom_patterns.0.words_file",
		/stands beside words/,
	],
	[{ server: { port: 0, processes: 2 } }, "server.port", /a port of your choice/],
	[{ server: { proxy_protocol: true } }, "server.trusted_proxies", /must name the balancers/],
	[{ server: { proxy_protocol: true, trusted_proxies: ["10.0.0.1"], listener: "uws" } }, "server.listener", /auto or node/],
	[auth({ issuers: { a: { issuer: "https://a", audience: "" } } }), "security.auth.issuers.a.audience", /must not be empty/],
	[
		auth({ mode: "jwt", audience: "x", issuers: { a: { issuer: "https://a", audience: "x" } } }),
		"security.auth.audience",
		/make it one of them/,
	],
	[{ server: [] }, "server", /must be a section/],
	[{ securty: {} }, "securty", /Use security/],
	[{ shared_state: { redis_url: `http://:${SECRET}@r` } }, "shared_state.redis_url", /must begin with redis:/],
	[{ shared_state: { redis_url: `redis://:${SECRET}` } }, "shared_state.redis_url", /must begin with redis:/],
	[{ cache: { redis_url: SECRET } }, "cache.redis_url", /must begin with redis:/],
	[{ cache: { ttl_seconds: 0 } }, "cache.ttl_seconds", /must be 1 or more/],
	[auth({ mode: "apikey" }), "security.auth.mode", /must be none, api_key, jwt or api_key_or_jwt/],
	[auth({ mode: "jwt", issuer: "a", audience: "b", jwks_url: `ftp://:${SECRET}@x` }), "security.auth.jwks_url", /http\(s\) URL/],
	[auth({ mode: "jwt", jwks_url: "https://x", audience: "b" }), "security.auth.issuer", /must be set/],
	[auth({ mode: "api_key_or_jwt", issuer: "https://x" }), "security.auth.audience", /must be set when callers have tokens/],
	[
		{ admin: { keys_file: "k.json" }, ...auth({ mode: "api_key_or_jwt", issuer: "https://x", audience: "b", keys_file: "./k.json" }) },
		"admin.keys_file",
		/every client would be an administrator/,
	],
	[auth({ algorithms: ["none"] }), "security.auth.algorithms.0", /must be RS256/],
	[auth({ algorithms: [] }), "security.auth.algorithms", /at least 1 entry/],
	[limits({ requests_per_minute: -1 }), "security.rate_limiting.requests_per_minute", /must be 0 or more/],
	[limits({ usd_per_day: "5 USD" }), "security.rate_limiting.usd_per_day", /must be a number/],
	[limits({ on_store_failure: "open" }), "security.rate_limiting.on_store_failure", /must be local or closed/],
	[rule({ requests_per_minute: 5 }), "security.rate_limiting.rules.0.name", /is missing; it takes a text/],
	[rule({ name: "a" }), "security.rate_limiting.rules.0", /limits nothing/],
	[rule({ name: "a", tokens_per_day: 1 }, { name: "a", tokens_per_day: 2 }), "security.rate_limiting.rules.1.name", /another rule/],
	[rule({ name: "a", per: "user", tokens_per_day: 1 }), "security.rate_limiting.rules.0.per", /caller or everyone/],
	[{ security: { abuse: { blocks: 1.5 } } }, "security.abuse.blocks", /whole number/],
	[{ security: { extends: "strickt" } }, "security.extends", /must be strict, balanced or permissive/],
	[{ security: { policies: { a: { extends: "b" } } } }, "security.policies.a.extends", /there is no policy 'b'/],
	[{ security: { policies: { a: { pii_protection: { treshold: 1 } } } } }, "security.policies.a.pii_protection.treshold", /Use threshold/],
	[{ security: { policy_rules: [{ policy: "nope" }] } }, "security.policy_rules.0.policy", /there is no policy 'nope'/],
	[{ security: { pii_protection: { threshold: 50 } } }, "security.pii_protection.threshold", /must be 1 or less/],
	[{ security: { pii_protection: { detection_types: ["emial"] } } }, "security.pii_protection.detection_types", /Use email/],
	// What does not look like a name may be a secret at the wrong place.
	[{ security: { policies: { a: { extends: `https://u:${SECRET}@b` } } } }, "security.policies.a.extends", /there is no policy '…'/],
	[{ security: { policy_rules: [{ policy: `${SECRET}\n` }] } }, "security.policy_rules.0.policy", /there is no policy '…'/],
	[{ security: { pii_protection: { detection_types: [`=${SECRET}`] } } }, "security.pii_protection.detection_types", /'…' is not a known/],
	[route({ targets: [{ provider: `${SECRET} `.repeat(9) }] }), "routing.models.fast.targets.0.provider", /'…' is not one of/],
	[provider({ policy: `redis://:${SECRET}@x` }), "llm_providers.b.policy", /there is no policy '…'/],
	[provider({ type: "openrouter" }), "llm_providers.b.type", /must be openai, azure, anthropic, gemini or demo/],
	[provider({ base_url: "up.example" }), "llm_providers.b.base_url", /http\(s\) URL/],
	[provider({ base_url: `https://u:${SECRET}@up.example/v1` }), "llm_providers.b.base_url", /no user, password/],
	[provider({ base_url: `https://up.example/v1?key=${SECRET}` }), "llm_providers.b.base_url", /no user, password/],
	[provider({ api_key: `${SECRET}\n` }), "llm_providers.b.api_key", /line break/],
	[provider({ api_key: [SECRET] }), "llm_providers.b.api_key", /must be a text, not a list/],
	[provider({ policy: "nope" }), "llm_providers.b.policy", /there is no policy 'nope'/],
	[provider({ max_concurrent: "many" }), "llm_providers.b.max_concurrent", /must be a number/],
	[provider({ timeouts: { head: 5 } }), "llm_providers.b.timeouts.head", /Use head_ms/],
	[provider({ prices: { "g*": { input: -1, output: 1 } } }), "llm_providers.b.prices.g*.input", /0 or more/],
	[provider({ pass_headers: { request: ["X-Up"] } }), "llm_providers.b.pass_headers.request.0", /in lower case/],
	[provider({ pass_headers: { request: ["host"] } }), "llm_providers.b.pass_headers.request.0", /of a connection or a body/],
	[provider({ pass_headers: { response: ["content-length"] } }), "llm_providers.b.pass_headers.response.0", /of a connection or a body/],
	[route({ targets: [] }), "routing.models.fast.targets", /at least 1 entry/],
	[route({ targets: [{ provider: "c" }] }), "routing.models.fast.targets.0.provider", /'c' is not one of llm_providers/],
	[route({ strategy: "random", targets: [{ provider: "up" }] }), "routing.models.fast.strategy", /must be ordered, weighted/],
	[{ telemetry: { otlp_endpoint: "collector:4318" } }, "telemetry.otlp_endpoint", /http\(s\) URL/],
	[{ logging: { level: "info" } }, "logging.level", /must be DEBUG, INFO, WARN or ERROR/],
	[{ audit: { sinks: [{ type: "kafka" }] } }, "audit.sinks.0.type", /must be syslog/],
];

test.each(WRONG)("%j: %s is named, with what it takes", (wrong, path, words) => {
	const loaded = parseConfig(JSON.stringify({ llm_providers: UP, ...wrong }), {});
	const faults = loaded.ok ? [] : loaded.faults;
	expect(faults.map((fault) => fault.path)).toEqual([path]);
	expect(faults.map(({ message, remedy }) => `${message} ${remedy}`).join()).toMatch(words);
	expect(JSON.stringify(faults)).not.toContain(SECRET);
});

test("variables that are not set, unreadable files, unknown keys, wrong values and unknown types are told in one go, each once", () => {
	const words = { name: "a", words_file: "/nowhere" };
	const security = (pii: object): object => ({
		pii_protection: { custom_patterns: [words], ...pii },
		// A key of an issuer that is not known is needed at another place: that is no fault of its own.
		auth: { mode: "jwt", issuer: "${ISSUER}", audience: "b" },
	});
	const config = { server: { prot: 1, port: "${PORT}", host: "${HOST}" }, llm_providers: { a: { type: "openai", base_url: "${BASE}" } } };
	const pathsOf = (pii: object): string[] => {
		const loaded = parseConfig(JSON.stringify({ ...config, security: security(pii) }), { PORT: "x" });
		return loaded.ok ? [] : loaded.faults.map(({ path }) => path).sort();
	};
	const always = [
		"llm_providers.a.base_url",
		"security.auth.issuer",
		"security.pii_protection.custom_patterns.0.words_file",
		"server.host",
		"server.port",
		"server.prot",
	];
	expect(pathsOf({})).toEqual(always);
	expect(pathsOf({ threshold: 5 })).toEqual([...always, "security.pii_protection.threshold"].sort());
	const types = parseConfig(JSON.stringify({ server: { prot: 1 }, security: { pii_protection: { detection_types: ["emial"] } } }), {});
	expect(types).toMatchObject({ ok: false, faults: [{ path: "server.prot" }, { path: "security.pii_protection.detection_types" }] });
});

test.each([
	["an alias of nothing", "a: *b"],
	[
		"aliases that stand for too much",
		`a: &a [x,x,x,x,x,x,x,x,x,x]\n${[..."bcdef"].map((to, i) => `${to}: &${to} [${`*${"abcde"[i]},`.repeat(9)}x]`).join("\n")}`,
	],
	["tabs", "server:\n\tport: 1"],
	["a key twice", "server: {}\nserver: {}"],
	["a list", "- a"],
])("%s in the file is a fault of the file", (_name, yaml) => {
	const loaded = parseConfig(yaml, {});
	expect(loaded.ok ? [] : loaded.faults.map(({ path }) => path)).toEqual([""]);
});

function warned(config: object): string[] {
	const loaded = parseConfig(JSON.stringify(config), {});
	return loaded.ok ? loaded.warnings.map(({ path, message }) => `${path} ${message}`) : ["not valid"];
}

test.each([
	["169.254.169.254", true],
	["169.254.170.2:80", true],
	["2852039166", true],
	["0xa9.0xfe.0xa9.0xfe", true],
	["[fe80::1]", true],
	["[::ffff:169.254.169.254]", true],
	["[fd00:ec2::254]", true],
	["100.100.100.200", true],
	["METADATA.google.internal.", true],
	["169.255.169.254", false],
	["10.0.0.7", false],
	["127.0.0.1:8080", false],
	["[fd00::7]", false],
	["metadata.example", false],
])("a provider at %s is warned of: %s", (host, isWarned) => {
	const warnings = warned({ llm_providers: { up: { type: "openai", base_url: `http://${host}/v1` } } });
	expect(warnings).toEqual(isWarned ? [expect.stringMatching(/^llm_providers\.up\.base_url is a link-local address/)] : []);
});

test("what is valid and probably not meant is a warning", () => {
	expect(warned({ llm_providers: UP })).toEqual([]);
	const loud = parseConfig(JSON.stringify({ llm_providers: UP }), { LOG_LEVEL: "verbose" });
	expect(loud).toMatchObject({ ok: true, warnings: [{ path: "LOG_LEVEL" }], config: { logging: { level: "INFO" } } });
	const judges = (list: readonly string[], enabled = true): object => ({ prompt_injection: { enabled, detection_models: list } });
	expect(warned({ llm_providers: UP, security: { ...judges([], false), policies: { a: judges([]), b: judges(["ml_based"]) } } })).toEqual([
		"security.policies.a.prompt_injection.detection_models is empty: no attack is found",
	]);
	expect(warned({})).toEqual([expect.stringMatching(/^llm_providers names no provider/)]);
	expect(warned({ llm_providers: UP, ...limits({ usd_per_month: 5 }) })).toEqual([expect.stringMatching(/restart sets back/)]);
	expect(warned({ llm_providers: UP, shared_state: { redis_url: "redis://r" }, ...limits({ usd_per_month: 5 }) })).toEqual([]);
	expect(warned({ llm_providers: UP, ...route({ targets: [{ provider: "up", weight: 9 }] }) })).toEqual([
		expect.stringMatching(/^routing.models.fast has weights/),
	]);
});
