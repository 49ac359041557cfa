import type { ViewScanner } from "./view-scanner.ts";

/** A view that cannot decide how to read the end of the text, and the offset of the first byte of it. */
interface Pause {
	readonly view: ViewScanner;
	readonly at: number;
}

const NO_PAUSES: readonly Pause[] = [];
const NO_VIEWS: readonly ViewScanner[] = [];

/** The views of one text. Most of the time all of them read it as it stands: then none has a say, and none is asked. */
export class ViewSet {
	readonly all: readonly ViewScanner[];
	#isQuiet = false;

	constructor(all: readonly ViewScanner[]) {
		this.all = all;
	}

	/** Those that may have something to say about what was read last. */
	get awake(): readonly ViewScanner[] {
		return this.#isQuiet ? NO_VIEWS : this.all;
	}

	/** Offset in the original before which none of them holds anything. */
	get release(): number {
		let least = Number.POSITIVE_INFINITY;
		for (const view of this.awake) least = Math.min(least, view.release);
		return least;
	}

	/** Lets them read what the original has from `from` on. Answers those that pause, in the order of the text. */
	read(from: number): readonly Pause[] {
		let pauses: Pause[] | undefined;
		this.#isQuiet = true;
		for (const view of this.all) {
			const at = view.read(from);
			if (!view.isQuiet) this.#isQuiet = false;
			if (at === undefined) continue;
			pauses ??= [];
			pauses.push({ view, at });
		}
		return pauses?.sort((a, b) => a.at - b.at) ?? NO_PAUSES;
	}

	/** Everything before `offset` of the original is given out. */
	released(offset: number): void {
		for (const view of this.awake) view.released(offset);
	}
}
