import type { ByteOffset } from "../core/units.ts";
import { type ParaphraseIndex, ParaphraseReader, type ParaphraseState } from "./paraphrase.ts";
import type { ScannerProgram } from "./text-scanner.ts";
import { type Sighting, type Watcher, WatchingScanner, type WatchingState } from "./watching-scanner.ts";

export type ParaphraseScannerState = WatchingState<ParaphraseState>;

/** A program whose scanners also count when a text tells a hidden one in other words. */
export function withParaphrase(program: ScannerProgram, index: ParaphraseIndex): ScannerProgram {
	return {
		open(state, isOwn, isJson) {
			const watcher = new ParaphraseWatcher(new ParaphraseReader(index, state?.paraphrase?.watcher));
			return new WatchingScanner(program.open(state, isOwn, isJson), watcher, (paraphrase) => ({ paraphrase }), state?.paraphrase);
		},
	};
}

/** It is too vague a sign to hold anything for. */
class ParaphraseWatcher implements Watcher<ParaphraseState> {
	readonly holdFrom = Number.POSITIVE_INFINITY;
	readonly #reader: ParaphraseReader;

	constructor(reader: ParaphraseReader) {
		this.#reader = reader;
	}

	read(bytes: Uint8Array, from: ByteOffset): readonly Sighting[] {
		const sightings: Sighting[] = [];
		for (const [i, byte] of bytes.entries()) if (this.#reader.read(byte)) sightings.push(sightingAt(from + i));
		return sightings;
	}

	skip(): readonly Sighting[] {
		this.#reader.break();
		return [];
	}

	finish(end: ByteOffset): readonly Sighting[] {
		return this.#reader.finish() ? [sightingAt(end)] : [];
	}

	state(): ParaphraseState {
		return this.#reader.state();
	}
}

/** Where it became certain. */
function sightingAt(at: ByteOffset): Sighting {
	return { finding: { type: "prompt_paraphrase", rule: -1, from: at, to: at + 1, score: 0.6, action: "flag", category: "injection" }, at };
}
