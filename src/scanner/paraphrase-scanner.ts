import type { ByteOffset } from "../core/units.ts";
import { type AnchorIndex, AnchorReader, type AnchorState } from "./anchors.ts";
import { type ParaphraseIndex, ParaphraseReader, type ParaphraseState } from "./paraphrase.ts";
import type { ScannerProgram } from "./text-scanner.ts";
import { type Sighting, type Watcher, WatchingScanner, type WatchingState } from "./watching-scanner.ts";

export type ParaphraseScannerState = WatchingState<ParaphraseState>;
export type TranslationScannerState = WatchingState<AnchorState>;

/** A program whose scanners also count when a text tells a hidden one in other words. */
export function withParaphrase(program: ScannerProgram, index: ParaphraseIndex): ScannerProgram {
	return {
		open(state, isOwn, isJson, said) {
			const watcher = new RetellingWatcher("prompt_paraphrase", new ParaphraseReader(index, state?.paraphrase?.watcher));
			return new WatchingScanner(program.open(state, isOwn, isJson, said), watcher, (paraphrase) => ({ paraphrase }), state?.paraphrase);
		},
	};
}

/** The same for one that tells it in another language. */
export function withTranslation(program: ScannerProgram, index: AnchorIndex): ScannerProgram {
	return {
		open(state, isOwn, isJson, said) {
			const watcher = new RetellingWatcher("prompt_translation", new AnchorReader(index, state?.translation?.watcher));
			return new WatchingScanner(program.open(state, isOwn, isJson, said), watcher, (translation) => ({ translation }), state?.translation);
		},
	};
}

/** Reads bytes and says behind which of them a hidden text is told. */
interface RetellingReader<State> {
	read(byte: number): boolean;
	finish(): boolean;
	break(): void;
	state(): State;
}

/** It is too vague a sign to hold anything for. */
class RetellingWatcher<State> implements Watcher<State> {
	readonly holdFrom = Number.POSITIVE_INFINITY;
	readonly #type: string;
	readonly #reader: RetellingReader<State>;

	constructor(type: string, reader: RetellingReader<State>) {
		this.#type = type;
		this.#reader = reader;
	}

	read(bytes: Uint8Array, from: ByteOffset): readonly Sighting[] {
		const sightings: Sighting[] = [];
		for (const [i, byte] of bytes.entries()) if (this.#reader.read(byte)) sightings.push(this.#sightingAt(from + i));
		return sightings;
	}

	skip(): readonly Sighting[] {
		this.#reader.break();
		return [];
	}

	finish(end: ByteOffset): readonly Sighting[] {
		return this.#reader.finish() ? [this.#sightingAt(end)] : [];
	}

	state(): State {
		return this.#reader.state();
	}

	/** Where it became certain. */
	#sightingAt(at: ByteOffset): Sighting {
		return { finding: { type: this.#type, rule: -1, from: at, to: at + 1, score: 0.6, action: "flag", category: "injection" }, at };
	}
}
