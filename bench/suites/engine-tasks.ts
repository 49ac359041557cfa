import { fromBuild } from "../build.ts";
import { interleaved } from "../fixtures/interleaved.ts";
import { artifactOf, type RuleSet } from "../fixtures/rules.ts";

type Hyperscan = typeof import("../../src/scanner/engine-hyperscan.ts");
type EngineModule = typeof import("../../src/scanner/engine.ts");
type Engine = ReturnType<Hyperscan["createHyperscanEngine"]>;

const WINDOW_BYTES = 1024;
/** Streams over which the memory of one is measured. */
const MANY = 50_000;

/** The engine with no scanner around it. */
export interface BareEngine {
	/** A task that gives deltas of prose to so many streams, in random order. */
	task(streams: number): () => number;
	/** Bytes of RSS that one more open stream takes. */
	bytesPerStream(): number;
}

export async function bareEngine(ruleSet: RuleSet): Promise<BareEngine> {
	const { createHyperscanEngine } = await fromBuild<Hyperscan>("scanner/engine-hyperscan");
	const { Matches } = await fromBuild<EngineModule>("scanner/engine");
	const engine = createHyperscanEngine(ruleSet.rules, await artifactOf(ruleSet));
	const write = (one: OpenText, delta: Buffer): number => {
		if (one.length + delta.length > WINDOW_BYTES) {
			const from = Math.max(0, one.release - 64);
			one.window.copy(one.window, 0, from, one.length);
			one.length -= from;
			one.release -= from;
		}
		one.window.set(delta, one.length);
		const before = one.length;
		one.length += delta.length;
		one.release = one.stream.scan(one.window, one.release, before, one.length, new Matches());
		return one.release;
	};
	return {
		task(streams) {
			const texts = Array.from({ length: streams }, () => openText(engine, Buffer.allocUnsafe(WINDOW_BYTES)));
			return interleaved(streams, (stream, delta) => write(texts[stream] as OpenText, delta));
		},
		bytesPerStream() {
			// The window is the caller's.
			const window = Buffer.allocUnsafe(WINDOW_BYTES);
			const before = process.memoryUsage.rss();
			const texts = Array.from({ length: MANY }, () => openText(engine, window));
			for (const one of texts) write(one, Buffer.from("jane.d"));
			return (process.memoryUsage.rss() - before) / texts.length;
		},
	};
}

interface OpenText {
	readonly stream: ReturnType<Engine["openStream"]>;
	readonly window: Buffer;
	length: number;
	release: number;
}

function openText(engine: Engine, window: Buffer): OpenText {
	return { stream: engine.openStream(), window, length: 0, release: 0 };
}
