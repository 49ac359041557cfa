import { expect, test } from "vitest";
import { loadConfig } from "../../../src/config/load.ts";
import { readContent } from "../../../src/packs/pack.ts";

const YAML = `llm_providers: { demo: { type: demo } }
security: { pii_protection: { detection_types: [people], custom_patterns: [{ name: people, words: ["Jürgen Müller"] }] } }
`;
const utf16 = Buffer.from(`\uFEFF${YAML}`, "utf16le");

test.each<[string, Buffer]>([
	["Latin-1", Buffer.from(YAML, "latin1")],
	["UTF-16 as Windows writes it", utf16],
	["UTF-16, big end first", Buffer.from(utf16).swap16()],
	["UTF-8 of which a byte is lost", Buffer.from(YAML).filter((_, at) => at !== Buffer.from(YAML).indexOf("ü") + 1) as Buffer],
])("a file in %s is refused: its letters would be others, and a pattern find nothing", (_encoding, bytes) => {
	expect(loadConfig("own.yaml", {}, () => Buffer.from(bytes))).toEqual({
		ok: false,
		faults: [{ path: "", message: "own.yaml is not UTF-8", remedy: "Save it in UTF-8." }],
	});
});

test.each(["", "\uFEFF"])("UTF-8 is read, with its mark (%j) as well", (mark) => {
	const loaded = loadConfig("own.yaml", {}, () => Buffer.from(mark + YAML));
	expect(loaded.ok && loaded.config.security.pii_protection.custom_patterns[0]).toMatchObject({ words: ["Jürgen Müller"] });
});

test("a file whose lines end with carriage returns alone is refused, one with those of Windows is read", () => {
	const lines = `# mine\n${YAML}`;
	expect(loadConfig("own.yaml", {}, () => Buffer.from(lines.replaceAll("\n", "\r\n")))).toMatchObject({ ok: true });
	expect(loadConfig("own.yaml", {}, () => Buffer.from(lines.replaceAll("\n", "\r")))).toEqual({
		ok: false,
		faults: [
			{
				path: "",
				message: "own.yaml has lines that end with a carriage return alone",
				remedy: "Save it with line feeds, or with both as Windows does.",
			},
		],
	});
});

test("nor is a pack signed that is in Latin-1", () => {
	const pack = JSON.stringify({
		name: "own",
		version: "1",
		patterns: [{ name: "people", pattern: "Müller", match: ["Müller"], no_match: ["hello"] }],
	});
	expect(readContent(Buffer.from(pack))).toMatchObject({ ok: true });
	expect(readContent(Buffer.from(pack, "latin1"))).toEqual({
		ok: false,
		reason: "is not JSON in UTF-8 — docs/prompt_security.md has an example",
	});
});
