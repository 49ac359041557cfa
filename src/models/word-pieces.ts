/** Pieces that stand for no text, in every BERT vocabulary. */
const UNKNOWN = "[UNK]";
const BEGIN = "[CLS]";
const END = "[SEP]";

/** A longer run without blanks is several words. UTF-16 units. */
const MAX_WORD_UNITS = 64;
const WORD = new RegExp(`\\S{1,${MAX_WORD_UNITS}}`, "gu");
/** Marks and ideographs stand for themselves; what lies between them is a word. */
const PART = /[\p{P}\p{S}\p{sc=Han}]|[^\p{P}\p{S}\p{sc=Han}]+/gu;
const INVISIBLE = /[\p{Mn}\p{Cc}\p{Cf}]/gu;

/** A stretch of a text between blanks, as pieces. */
export interface PieceWord {
	/** UTF-16 units of the text. */
	readonly from: number;
	readonly to: number;
	readonly ids: readonly number[];
}

/**
 * Splits text into the pieces of an uncased BERT vocabulary (WordPiece: the longest piece first; `##` goes on a word).
 * Linear in the text.
 */
export class WordPieces {
	readonly #ids: ReadonlyMap<string, number>;
	readonly #longest: number;
	readonly #unknown: number;
	readonly begin: number;
	readonly end: number;

	/** One piece for each index. Throws where a piece that every vocabulary has is missing. */
	constructor(vocabulary: readonly string[]) {
		this.#ids = new Map(vocabulary.map((piece, id) => [piece, id]));
		this.#longest = vocabulary.reduce((longest, piece) => Math.max(longest, piece.length), 0);
		[this.#unknown, this.begin, this.end] = [this.#idOf(UNKNOWN), this.#idOf(BEGIN), this.#idOf(END)];
	}

	*words(text: string): Generator<PieceWord> {
		for (const { index, 0: word } of text.matchAll(WORD)) {
			const ids = this.#idsOf(word);
			if (ids.length > 0) yield { from: index, to: index + word.length, ids };
		}
	}

	/** Pieces of a word without blanks: one at least. */
	of(word: string): readonly number[] {
		const ids = this.#idsOf(word.slice(0, MAX_WORD_UNITS));
		return ids.length > 0 ? ids : [this.#unknown];
	}

	#idsOf(word: string): number[] {
		const ids: number[] = [];
		const plain = word.normalize("NFD").replace(INVISIBLE, "").toLowerCase();
		for (const [part] of plain.matchAll(PART)) this.#split(part, ids);
		return ids;
	}

	/** A part with a stretch that no piece stands for is unknown as a whole. */
	#split(part: string, ids: number[]): void {
		const found: number[] = [];
		for (let from = 0; from < part.length; ) {
			let to = Math.min(part.length, from + this.#longest);
			let id: number | undefined;
			for (; to > from; to--) {
				id = this.#ids.get(from === 0 ? part.slice(0, to) : `##${part.slice(from, to)}`);
				if (id !== undefined) break;
			}
			if (id === undefined) {
				ids.push(this.#unknown);
				return;
			}
			found.push(id);
			from = to;
		}
		ids.push(...found);
	}

	#idOf(piece: string): number {
		const id = this.#ids.get(piece);
		if (id === undefined) throw new Error(`the vocabulary has no ${piece}`);
		return id;
	}
}
