import { NativeEngine, type NativeStream } from "../../native/index.js";
import { buildAllTables, type PatternSource } from "./compile-rules.ts";
import type { Engine, EngineStream, Matches } from "./engine.ts";
import { withWordLists } from "./engine-words.ts";
import type { Artifact } from "./pattern-database.ts";

/** The production engine. Throws when the artifact cannot be used on this machine. */
export function createHyperscanEngine(rules: readonly PatternSource[], artifact: Artifact): Engine {
	const native = new NativeEngine(artifact.key, artifact.serialised, buildAllTables(rules));
	return withWordLists(rules, { maxWidth: native.maxWidth, openStream: () => new HyperscanStream(native, native.openStream()) });
}

class HyperscanStream implements EngineStream {
	readonly #native: NativeEngine;
	readonly #stream: NativeStream;

	constructor(native: NativeEngine, stream: NativeStream) {
		this.#native = native;
		this.#stream = stream;
	}

	scan(window: Uint8Array, heldFrom: number, newFrom: number, end: number, matches: Matches): number {
		return this.#taken(this.#native.scan(this.#stream, window, heldFrom, newFrom, end), matches);
	}

	finish(window: Uint8Array, heldFrom: number, end: number, matches: Matches): void {
		this.#taken(this.#native.finish(this.#stream, window, heldFrom, end), matches);
	}

	/** The release index in an answer of the addon, whose matches are taken. */
	#taken(answer: number, matches: Matches): number {
		if (answer >= 0) return answer;
		if (answer === -1) throw new Error("The engine could not scan the text.");
		matches.addRow(this.#native.takeMatches());
		return -2 - answer;
	}

	close(): void {
		this.#native.closeStream(this.#stream);
	}
}
