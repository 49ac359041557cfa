import { expect, test } from "vitest";
import { parseConfig } from "../../src/config/load.ts";
import { Channel } from "../../src/inspect/channel.ts";
import { compilePolicy } from "../../src/policy/compile-policy.ts";
import { createHyperscanEngine } from "../../src/scanner/engine-hyperscan.ts";
import { loadArtifact } from "../../src/scanner/pattern-database.ts";
import { createScannerProgram } from "../../src/scanner/scanner-program.ts";
import type { ScannerProgram } from "../../src/scanner/text-scanner.ts";

/** By settings: each set of patterns is compiled once. */
const programs = new Map<string, ScannerProgram>();

async function programOf(settings: object): Promise<ScannerProgram> {
	// Without the words and marks of attacks, which take seconds to compile.
	const security = { prompt_injection: { enabled: false }, pii_protection: { detection_types: [], ...settings } };
	const parsed = parseConfig(JSON.stringify({ security }), {});
	if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
	const { prompt } = compilePolicy(parsed.config.security);
	const loaded = await loadArtifact(prompt.rules, {});
	if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
	return createScannerProgram(prompt, createHyperscanEngine(prompt.rules, loaded.artifact));
}

/** Finds nothing but what the settings add: returns `type:text` of a text that arrives in pieces, and how far it had been released before its end. */
async function inspect(settings: object, pieces: readonly string[]): Promise<{ found: string[]; released: number }> {
	const key = JSON.stringify(settings);
	const program = programs.get(key) ?? (await programOf(settings));
	programs.set(key, program);
	const channel = new Channel(program, { strategy: "remove", key: new Uint8Array(32) }, "text");
	for (const piece of pieces) channel.write([piece]);
	const released = channel.scanner.release;
	channel.finish();
	const text = Buffer.from(pieces.join(""));
	return { found: channel.scanner.findings.map(({ type, from, to }) => `${type}:${text.subarray(from, to)}`), released };
}

const found = async (settings: object, text: string): Promise<string[]> => (await inspect(settings, [text])).found;

test("a validator refuses what does not pass it, and the pattern's own score counts", async () => {
	const custom = (score: number) => ({ custom_patterns: [{ name: "ticket", pattern: "T\\d{8}", validator: "luhn", score }] });
	expect(await found({ custom_patterns: [{ name: "loyalty", pattern: "\\b\\d{8}\\b", validator: "luhn" }] }, "12345674 12345675")).toEqual([
		"loyalty:12345674",
	]);
	expect(await found(custom(0.9), "T12345674")).toEqual([]);
	expect(
		await found({ custom_patterns: [{ name: "loyalty", pattern: "\\b\\d{8}\\b", validator: "luhn", score: 0.3 }] }, "12345674"),
	).toEqual([]);
});

/** Of each validator a text that it takes and one that it does not. */
const VALIDATED: Readonly<Record<string, readonly [right: string, wrong: string]>> = {
	luhn: ["12345674", "12345675"],
	verhoeff: ["2363", "2364"],
	mod97: ["97001", "97002"],
	mod11_10: ["07945", "07946"],
	payment_card: ["4111111111111111", "4111111111111112"],
	iban: ["DE89370400440532013000", "DE89370400440532013001"],
	email: ["jane@corp.com", "jane@corp.notatld"],
	ip_address: ["8.8.4.4", "8.8.4.999"],
	base58check: ["1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb"],
	random: ["9f8Zk2LmQ7xWv4Rt1BnY", "international"],
};

test.each(Object.entries(VALIDATED))("the validator %s takes what is right and nothing else", async (validator, [right, wrong]) => {
	const custom = { custom_patterns: [{ name: "value", pattern: "(?<![\\w.@])[\\w.@]{4,40}(?![\\w.@])", validator }] };
	expect(await found(custom, `${right} ${wrong}`)).toEqual([`value:${right}`]);
});

test("a context word must stand near, on either side", async () => {
	const custom = { custom_patterns: [{ name: "room", pattern: "\\b[A-Z]\\d{3}\\b", context: ["room", "meeting"] }] };
	expect(await found(custom, "Room: B204")).toEqual(["room:B204"]);
	expect(await found(custom, "B204 is the meeting place")).toEqual(["room:B204"]);
	expect(await found(custom, "the B204 bus stops here")).toEqual([]);
	expect(await found(custom, `room ${"x".repeat(80)} B204`)).toEqual([]);
});

test("only the value of a pattern is sensitive: its head is released at once, the value is held and taken whole", async () => {
	const custom = { custom_patterns: [{ name: "badge", pattern: "badge no\\. (?<value>[A-Z]\\d{5,7})" }] };
	const text = "your badge no. K1234567 is ready";
	for (let cut = 0; cut <= text.length; cut++)
		expect((await inspect(custom, [text.slice(0, cut), text.slice(cut)])).found).toEqual(["badge:K1234567"]);
	expect((await inspect(custom, ["your badge no. "])).released).toBe("your badge no. ".length);
	expect((await inspect(custom, ["your badge no. K12"])).released).toBe("your badge no. ".length);
	expect(await found(custom, "your badge no. is lost, K1234567")).toEqual([]);
});

test("a threshold of a type or group replaces the general one", async () => {
	const types = { detection_types: ["phone", "email"] };
	const text = "call 212-555-0187 or write to a@b.co";
	expect(await found(types, text)).toEqual(["phone:212-555-0187", "email:a@b.co"]);
	expect(await found({ ...types, thresholds: { phone: 0.99 } }, text)).toEqual(["email:a@b.co"]);
	expect(await found({ ...types, threshold: 0.99, thresholds: { contact: 0.5 } }, text)).toEqual(["phone:212-555-0187", "email:a@b.co"]);
});
