import { random } from "../../tests/support/random.ts";
import { fromBuild } from "../build.ts";
import { artifactOf, type RuleSet } from "../fixtures/rules.ts";
import { text, tokens } from "../fixtures/texts.ts";

type Hyperscan = typeof import("../../src/scanner/engine-hyperscan.ts");
type Engine = typeof import("../../src/scanner/engine.ts");

/** Deltas of one task. */
const BATCH = 1000;
const WINDOW_BYTES = 1024;

/** Makes tasks that give deltas of prose to so many streams of the engine, in random order, with no scanner around it. */
export async function engineTasks(ruleSet: RuleSet): Promise<(streams: number) => () => number> {
	const { createHyperscanEngine } = await fromBuild<Hyperscan>("scanner/engine-hyperscan");
	const { Matches } = await fromBuild<Engine>("scanner/engine");
	const engine = createHyperscanEngine(ruleSet.rules, await artifactOf(ruleSet));
	const deltas = tokens(text("prose", 60_000, 3)).map((delta) => Buffer.from(delta));
	return (streams) => {
		const texts = Array.from({ length: streams }, () => ({
			stream: engine.openStream(),
			window: Buffer.allocUnsafe(WINDOW_BYTES),
			length: 0,
			release: 0,
		}));
		const next = random(1);
		const order = Uint32Array.from({ length: BATCH * 16 }, () => Math.floor(next() * streams));
		let at = 0;
		return () => {
			let released = 0;
			for (let i = 0; i < BATCH; i++, at++) {
				const one = texts[order[at % order.length] as number] as (typeof texts)[number];
				const delta = deltas[at % deltas.length] as Buffer;
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
				released += one.release;
			}
			return released;
		};
	};
}
