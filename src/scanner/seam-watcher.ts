import type { ByteOffset } from "../core/units.ts";
import type { Finding } from "../verdict/finding.ts";
import { LEFT_CONTEXT_BYTES } from "./confirm.ts";
import type { Redacted } from "./piece.ts";
import type { ScannerState } from "./scanner-state.ts";
import type { ScannerProgram, TextScanner } from "./text-scanner.ts";
import { type Sighting, type Watcher, WatchingScanner, type WatchingState } from "./watching-scanner.ts";

/** A finding of the head that has not ended. Plain data. */
interface OpenRegion {
	readonly piece: Redacted;
	readonly rule: number;
	readonly score: number;
}

/** Plain data. */
interface SeamWatcherState {
	/** Where the parts begin that were not reached yet. */
	readonly ahead: readonly ByteOffset[];
	/** Where the part begins whose head is read, and the scan of it. */
	readonly part?: { readonly at: ByteOffset; readonly scanner: ScannerState; readonly open: OpenRegion | undefined };
}

export type SeamState = WatchingState<SeamWatcherState>;

/** Opens the scanner of a part by itself. */
type OpenPart = (state?: ScannerState) => TextScanner;

/** What begins behind so much of a part has the same text before it, whether or not the part before is read with it. */
const HEAD_BYTES = LEFT_CONTEXT_BYTES;

const NONE: readonly Sighting[] = [];

/**
 * A scanner of parts that are read as one, `inner`, around which the head of each is also read by itself: a word that ends
 * one part would hide a secret that the next begins with. `seams`: where the parts begin that follow another one.
 */
export function watchSeams(
	inner: TextScanner,
	openPart: OpenPart,
	seams: readonly ByteOffset[],
	state: SeamState | undefined,
): TextScanner {
	const watcher = new SeamWatcher(openPart, state?.watcher ?? { ahead: seams });
	return new WatchingScanner(inner, watcher, (seam) => ({ seam }), state);
}

/** A program for texts that are read as one. */
export function withSeams(program: ScannerProgram, seams: readonly ByteOffset[]): ScannerProgram {
	if (seams.length === 0) return program;
	return {
		open(state, isOwn, isJson, said) {
			const openPart: OpenPart = (part) => program.open(part, isOwn, isJson);
			return watchSeams(program.open(state, isOwn, isJson, said), openPart, seams, state?.seam);
		},
	};
}

/** What is only counted is left to the scanner of the whole. */
class SeamWatcher implements Watcher<SeamWatcherState> {
	readonly #openPart: OpenPart;
	readonly #ahead: ByteOffset[];
	/** Where the part begins. */
	#at: ByteOffset;
	#scanner: TextScanner | undefined;
	#open: OpenRegion | undefined;

	constructor(openPart: OpenPart, { ahead, part }: SeamWatcherState) {
		this.#openPart = openPart;
		this.#ahead = [...ahead];
		this.#at = part?.at ?? 0;
		this.#scanner = part && openPart(part.scanner);
		this.#open = part?.open;
	}

	get holdFrom(): ByteOffset {
		if (this.#scanner === undefined) return Number.POSITIVE_INFINITY;
		return this.#at + (this.#open?.piece.from ?? this.#scanner.taken);
	}

	read(bytes: Uint8Array, from: ByteOffset): readonly Sighting[] {
		if (this.#scanner === undefined && this.#ahead.length === 0) return NONE;
		const sightings: Sighting[] = [];
		let known = from;
		const readTo = (to: ByteOffset): void => {
			this.#scanner?.write(bytes.subarray(known - from, to - from));
			if (this.#scanner !== undefined) sightings.push(...this.#seen());
			known = to;
		};
		for (let seam = this.#ahead[0]; seam !== undefined && seam < from + bytes.length; seam = this.#ahead[0]) {
			readTo(Math.max(known, seam));
			sightings.push(...this.#endPart());
			this.#ahead.shift();
			// Of a part that begins in a replaced region, the head is not there to be read.
			if (seam >= from) this.#begin(seam);
		}
		readTo(from + bytes.length);
		return sightings;
	}

	skip(): readonly Sighting[] {
		return this.#endPart();
	}

	finish(): readonly Sighting[] {
		return this.#endPart();
	}

	state(): SeamWatcherState {
		const ahead = [...this.#ahead];
		return this.#scanner === undefined ? { ahead } : { ahead, part: { at: this.#at, scanner: this.#scanner.snapshot(), open: this.#open } };
	}

	close(): void {
		this.#scanner?.close();
		this.#scanner = undefined;
	}

	#begin(at: ByteOffset): void {
		this.#at = at;
		this.#scanner = this.#openPart();
	}

	#endPart(): readonly Sighting[] {
		const scanner = this.#scanner;
		if (scanner === undefined) return NONE;
		scanner.finish(true);
		const sightings = [...this.#seen(), ...this.#close(scanner.end)];
		this.close();
		return sightings;
	}

	/** What is known by now. When all of the head is, the part is read no more. */
	#seen(): readonly Sighting[] {
		const scanner = this.#scanner as TextScanner;
		const sightings: Sighting[] = [];
		for (const piece of scanner.take(Number.POSITIVE_INFINITY)) {
			sightings.push(...this.#close(piece.from));
			if (piece.kind === "redacted" && piece.from < HEAD_BYTES) this.#open = openRegion(piece, scanner.findings);
		}
		const cut = scanner.isCut ? scanner.findings.at(-1) : undefined;
		if (cut !== undefined && cut.from < HEAD_BYTES) sightings.push(...this.#close(cut.from), this.#sighting(cut, "cut"));
		if (this.#open === undefined && (scanner.isCut || scanner.taken >= HEAD_BYTES)) this.close();
		return sightings;
	}

	/** The open region, if there is one, ends. */
	#close(to: ByteOffset): readonly Sighting[] {
		if (this.#open === undefined) return NONE;
		const { piece, rule, score } = this.#open;
		this.#open = undefined;
		const { type, category } = piece.rule;
		return [this.#sighting({ type, category, rule, score, from: piece.from, to }, "redact", piece)];
	}

	#sighting({ type, category, rule, score, from, to }: Omit<Finding, "action">, action: "redact" | "cut", piece?: Redacted): Sighting {
		const at = this.#at + from;
		return { finding: { type, category, rule, score, from: at, to: this.#at + to, action }, at, ...(piece && { piece }) };
	}
}

function openRegion(piece: Redacted, findings: readonly Finding[]): OpenRegion {
	const found = findings.find(({ from, action }) => from === piece.from && action === "redact");
	return { piece, rule: found?.rule ?? -1, score: found?.score ?? 1 };
}
