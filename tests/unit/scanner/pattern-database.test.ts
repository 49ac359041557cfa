import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createHyperscanEngine } from "../../../src/scanner/engine-hyperscan.ts";
import { loadArtifact } from "../../../src/scanner/pattern-database.ts";

const RULES = [{ name: "employee", expression: "EMP-\\d{6}" }];
const newCache = (): string => mkdtempSync(join(tmpdir(), "cache-"));
const only = (dir: string): string => join(dir, readdirSync(dir)[0] ?? "");

test("a database is compiled once and read from the cache afterwards", async () => {
	const cacheDir = newCache();
	const first = await loadArtifact(RULES, { cacheDir });
	const written = statSync(only(cacheDir)).mtimeMs;
	const second = await loadArtifact(RULES, { cacheDir });
	expect(first.ok && second.ok && Buffer.from(second.artifact.serialised).equals(first.artifact.serialised)).toBe(true);
	expect(statSync(only(cacheDir)).mtimeMs).toBe(written);
});

test("a cache file that was cut or changed is compiled anew", async () => {
	const cacheDir = newCache();
	await loadArtifact(RULES, { cacheDir });
	const good = readFileSync(only(cacheDir));
	const bent = Buffer.from(good);
	bent[good.length - 1] = (bent[good.length - 1] as number) ^ 1;
	for (const bad of [good.subarray(0, good.length - 9), bent, Buffer.alloc(0), Buffer.from("short")]) {
		writeFileSync(only(cacheDir), bad);
		const loaded = await loadArtifact(RULES, { cacheDir });
		expect(loaded.ok && createHyperscanEngine(RULES, loaded.artifact).maxWidth).toBe(10);
		expect(readFileSync(only(cacheDir)).equals(good)).toBe(true);
	}
});

test("a cache that cannot be written does not stop the start", async () => {
	expect((await loadArtifact(RULES, { cacheDir: "/dev/null/cache" })).ok).toBe(true);
});

test("a cache whose file cannot take its place does not stop the start, and nothing is left beside it", async () => {
	const cacheDir = newCache();
	await loadArtifact(RULES, { cacheDir });
	const file = only(cacheDir);
	rmSync(file);
	mkdirSync(join(file, "in the way"), { recursive: true });
	expect((await loadArtifact(RULES, { cacheDir })).ok).toBe(true);
	expect(readdirSync(cacheDir)).toHaveLength(1);
});

test("patterns that cost too much memory or time are refused, and the server lives", async () => {
	const rules = Array.from({ length: 60 }, (_, i) => ({
		name: `wide${i}`,
		expression: `[a-z]{1,${200 + i}}[0-9]{1,200}x${i}[a-f]{1,150}`,
	}));
	const loaded = await loadArtifact(rules, { cacheDir: newCache(), timeoutMs: 20 });
	expect(loaded.ok).toBe(false);
	if (loaded.ok) return;
	expect(loaded.faults[0]?.reason).toMatch(/to compile|positions|too large/i);
	expect(loaded.faults[0]?.remedy).toMatch(/\w/);
});
