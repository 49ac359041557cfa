import { distinctExpressions, type PatternSource, wordPatterns } from "./compile-rules.ts";
import type { Engine, EngineStream, Matches } from "./engine.ts";
import { WordList } from "./word-list.ts";

interface ListPattern {
	readonly pattern: number;
	readonly list: WordList;
}

/**
 * The engine with the word lists of the rules. Hyperscan takes minutes to compile ten thousand words (measured), so
 * they are looked for beside it.
 */
export function withWordLists(rules: readonly PatternSource[], engine: Engine): Engine {
	const first = distinctExpressions(rules).length;
	const lists = wordPatterns(rules).map(({ source }, i) => ({
		pattern: first + i,
		list: new WordList(source.words ?? [], source.caseInsensitive === true),
	}));
	if (lists.length === 0) return engine;
	return {
		maxWidth: lists.reduce((widest, { list }) => Math.max(widest, list.maxWidth), engine.maxWidth),
		openStream: () => new WordStream(engine.openStream(), lists),
	};
}

class WordStream implements EngineStream {
	readonly #inner: EngineStream;
	readonly #lists: readonly ListPattern[];
	/** Bytes from the first place where a word may have begun to the end of the text so far. */
	#alive = 0;

	constructor(inner: EngineStream, lists: readonly ListPattern[]) {
		this.#inner = inner;
		this.#lists = lists;
	}

	scan(window: Uint8Array, heldFrom: number, newFrom: number, end: number, matches: Matches): number {
		const released = this.#inner.scan(window, heldFrom, newFrom, end, matches);
		const alive = this.#find(window, Math.max(heldFrom, newFrom - this.#alive), newFrom, end, false, matches);
		this.#alive = end - alive;
		return Math.min(released, alive);
	}

	finish(window: Uint8Array, heldFrom: number, end: number, matches: Matches): void {
		this.#inner.finish(window, heldFrom, end, matches);
		this.#find(window, Math.max(heldFrom, end - this.#alive), end, end, true, matches);
	}

	close(): void {
		this.#inner.close();
	}

	/** Takes the words that begin at `from` or later and are decided by the bytes behind `newFrom`. Returns where the first word that is not decided begins. */
	#find(window: Uint8Array, from: number, newFrom: number, end: number, ended: boolean, matches: Matches): number {
		const bytes = Buffer.from(window.buffer, window.byteOffset, window.byteLength);
		let alive = end;
		for (let at = from; at < end; at++) {
			for (const { pattern, list } of this.#lists) {
				const goesOn = list.find(bytes, at, end, ended, (to, decidedAt) => {
					if (decidedAt > newFrom) matches.add(pattern, at, to);
				});
				if (goesOn) alive = Math.min(alive, at);
			}
		}
		return alive;
	}
}
