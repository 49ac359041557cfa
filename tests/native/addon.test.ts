import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serialize } from "node:v8";
import { Worker } from "node:worker_threads";
import { beforeAll, expect, test } from "vitest";
import { NativeEngine, type NativeStream } from "../../native/index.js";
import { buildAllTables } from "../../src/scanner/compile-rules.ts";
import { type Artifact, loadArtifact } from "../../src/scanner/pattern-database.ts";

const RULES = [{ name: "employee", expression: "\\bEMP-\\d{6}\\b" }];
let artifact: Artifact;

beforeAll(async () => {
	const loaded = await loadArtifact(RULES, {});
	if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
	artifact = loaded.artifact;
});

const newEngine = (): NativeEngine => new NativeEngine(artifact.key, artifact.serialised, buildAllTables(RULES));

test("one finding in one window, with its place", () => {
	const engine = newEngine();
	const stream = engine.openStream();
	const window = Buffer.from("id EMP-123456 end");
	expect(engine.scan(stream, window, 0, 0, window.length)).toBe(-2 - window.length);
	expect([...engine.takeMatches()]).toEqual([0, 3, 13]);
	engine.closeStream(stream);
});

test("the addon loads in several threads at once, which share one database, and each ends cleanly", async () => {
	const source = `
		const { workerData, parentPort } = require("node:worker_threads");
		import(workerData.url).then(({ NativeEngine }) => {
			const engine = new NativeEngine(workerData.key, workerData.serialised, workerData.tables);
			let found = 0;
			for (let i = 0; i < 2000; i++) {
				const stream = engine.openStream();
				const window = Buffer.from("x EMP-123456 y");
				engine.scan(stream, window, 0, 0, window.length);
				found += engine.takeMatches().length / 3;
				engine.closeStream(stream);
			}
			parentPort.postMessage(found);
		});
	`;
	const url = new URL("../../native/index.js", import.meta.url).href;
	const workerData = { url, key: artifact.key, serialised: artifact.serialised, tables: buildAllTables(RULES) };
	const run = (): Promise<number> =>
		new Promise((resolve, reject) => {
			const worker = new Worker(source, { eval: true, workerData });
			worker.once("message", resolve);
			worker.once("error", reject);
		});
	expect(await Promise.all([run(), run(), run(), run()])).toEqual([2000, 2000, 2000, 2000]);
	expect(await run()).toBe(2000);
});

test("threads terminated in the middle of a call into the addon do not take the process with them", () => {
	const folder = mkdtempSync(join(tmpdir(), "addon-"));
	const worker = `
		const { workerData, parentPort } = require("node:worker_threads");
		import(workerData.url).then(({ NativeEngine }) => {
			parentPort.postMessage("begun");
			for (;;) new NativeEngine(workerData.key, workerData.serialised, workerData.tables);
		});
	`;
	const main = `
		const { Worker } = require("node:worker_threads");
		const workerData = require("node:v8").deserialize(require("node:fs").readFileSync(process.argv[1]));
		const round = (left) => {
			if (left === 0) return process.exit(7);
			const worker = new Worker(${JSON.stringify(worker)}, { eval: true, workerData });
			worker.once("message", () => setTimeout(() => worker.terminate().then(() => round(left - 1)), left % 5));
		};
		round(30);
	`;
	const data = { url: new URL("../../native/index.js", import.meta.url).href, ...artifact, tables: buildAllTables(RULES) };
	writeFileSync(join(folder, "data"), serialize(data));
	const { status, stderr } = spawnSync(process.execPath, ["-e", main, join(folder, "data")], { encoding: "utf8" });
	rmSync(folder, { recursive: true });
	expect({ status, stderr }).toEqual({ status: 7, stderr: "" });
});

test("a stream closed twice, or used after its end, is an error value and not a crash", () => {
	const engine = newEngine();
	const stream = engine.openStream();
	const window = Buffer.from("EMP-123456");
	engine.scan(stream, window, 0, 0, window.length);
	expect(engine.finish(stream, window, 0, window.length)).toBe(-2);
	expect([...engine.takeMatches()]).toEqual([0, 0, 10]);
	engine.closeStream(stream);
	engine.closeStream(stream);
	expect(engine.scan(stream, window, 0, 0, window.length)).toBe(-1);
	expect(engine.finish(stream, window, 0, window.length)).toBe(-1);
});

test.each([
	[-1, 0, 4],
	[0, -1, 4],
	[0, 0, 5_000_000],
	[0, 9, 4],
	[Number.NaN, 0, 4],
	[0, 0, Number.POSITIVE_INFINITY],
	[2 ** 31, 2 ** 31, 2 ** 32],
])("indices outside the window (%d, %d, %d) are refused", (heldFrom, newFrom, end) => {
	const engine = newEngine();
	const stream = engine.openStream();
	let result = -1;
	try {
		result = engine.scan(stream, Buffer.from("EMP-"), heldFrom, newFrom, end);
	} catch {
		result = -1;
	}
	expect(result).toBe(-1);
	engine.closeStream(stream);
});

test.each([
	["no stream", {}, Buffer.from("EMP-")],
	["a window of words", undefined, new Uint16Array(4)],
	["a window that is text", undefined, "EMP-"],
])("%s in the place of an argument is an error", (_name, stream, window) => {
	const engine = newEngine();
	const given = (stream ?? engine.openStream()) as NativeStream;
	expect(() => engine.scan(given, window as Uint8Array, 0, 0, 4)).toThrow(TypeError);
});

test.each([
	["nothing", new Uint8Array(0)],
	["zeros", new Uint8Array(4096)],
	["text", Buffer.from("not a database".repeat(100))],
])("a serialised database of %s is refused with an error", (_name, bytes) => {
	expect(() => new NativeEngine(`bad ${bytes.length}`, bytes, buildAllTables(RULES))).toThrow();
});

test("tables that do not fit together are refused with an error", () => {
	const [tables] = buildAllTables(RULES);
	if (tables === undefined) throw new Error("no tables");
	const bent = { ...tables, exact: { ...tables.exact, preds: new Uint32Array([9_999_999]) } };
	expect(() => new NativeEngine(artifact.key, artifact.serialised, [bent])).toThrow();
	expect(
		() => new NativeEngine(artifact.key, artifact.serialised, [{ ...tables, exact: { ...tables.exact, classes: new Uint8Array(3) } }]),
	).toThrow();
});
