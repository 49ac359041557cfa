import type { ByteOffset } from "../core/units.ts";
import { type EchoIndex, EchoReader, type EchoReaderState } from "./echo.ts";
import type { ScannerProgram } from "./text-scanner.ts";
import { type Sighting, type Watcher, WatchingScanner, type WatchingState } from "./watching-scanner.ts";

export type EchoState = WatchingState<EchoReaderState>;

/** What is done about an echo: end the text before it, or count it. */
export type EchoAction = "flag" | "cut";

/** A program whose scanners also see when a text repeats a hidden one. */
export function withEcho(program: ScannerProgram, index: EchoIndex, action: EchoAction): ScannerProgram {
	return {
		open(state, isOwn, isJson, said) {
			const watcher = new EchoWatcher(new EchoReader(index, state?.echo?.watcher), action);
			return new WatchingScanner(program.open(state, isOwn, isJson, said), watcher, (echo) => ({ echo }), state?.echo);
		},
	};
}

/** With `cut`, a run that may become an echo waits; the few letters that made it suspect have left by then. */
class EchoWatcher implements Watcher<EchoReaderState> {
	readonly #reader: EchoReader;
	readonly #action: EchoAction;

	constructor(reader: EchoReader, action: EchoAction) {
		this.#reader = reader;
		this.#action = action;
	}

	get holdFrom(): ByteOffset {
		return this.#action === "cut" ? this.#reader.holdFrom : Number.POSITIVE_INFINITY;
	}

	read(bytes: Uint8Array, from: ByteOffset): readonly Sighting[] {
		const sightings: Sighting[] = [];
		for (const [i, byte] of bytes.entries()) {
			const begins = this.#reader.holdFrom;
			const to = from + i + 1;
			// What only counts stands where it became certain, for what is before that may have gone out.
			if (this.#reader.read(byte, from + i)) sightings.push(this.#echo(this.#action === "cut" ? begins : to - 1, to));
		}
		return sightings;
	}

	skip(): readonly Sighting[] {
		this.#reader.break();
		return [];
	}

	finish(): readonly Sighting[] {
		return [];
	}

	state(): EchoReaderState {
		return this.#reader.state();
	}

	#echo(from: ByteOffset, to: ByteOffset): Sighting {
		return { finding: { type: "prompt_echo", rule: -1, from, to, score: 1, action: this.#action, category: "injection" }, at: from };
	}
}
