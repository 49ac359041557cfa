import { createHash } from "node:crypto";

/** A SHA-256 digest, 32 bytes. */
export type Hash = Buffer;

/** Hash of one record: RFC 6962 §2.1, `SHA-256(0x00 || data)`. */
export function leafHash(data: Uint8Array): Hash {
	return createHash("sha256").update(LEAF).update(data).digest();
}

const LEAF = Buffer.of(0);
const NODE = Buffer.of(1);

/** `SHA-256(0x01 || left || right)`. */
function nodeHash(left: Hash, right: Hash): Hash {
	return createHash("sha256").update(NODE).update(left).update(right).digest();
}

/** Root of the tree without leaves. */
const EMPTY_ROOT: Hash = createHash("sha256").digest();

/**
 * The tree of the leaves seen so far as the roots of its perfect subtrees, largest first: one for every bit that is set
 * in `size`. All that is needed to append and to know the root, so a log can drop its oldest records and go on.
 * Immutable.
 */
export class CompactRange {
	readonly size: number;
	readonly roots: readonly Hash[];

	constructor(size = 0, roots: readonly Hash[] = []) {
		if (roots.length !== bitsOf(size)) throw new Error(`A tree of ${size} leaves has ${bitsOf(size)} subtree roots, not ${roots.length}.`);
		this.size = size;
		this.roots = roots;
	}

	append(leaf: Hash): CompactRange {
		const roots = [...this.roots];
		let root = leaf;
		for (let size = this.size; size % 2 === 1; size = Math.floor(size / 2)) root = nodeHash(roots.pop() as Hash, root);
		return new CompactRange(this.size + 1, [...roots, root]);
	}

	/** Root of the whole tree (RFC 6962 §2.1). */
	root(): Hash {
		return this.roots.length === 0 ? EMPTY_ROOT : this.roots.reduceRight((right, left) => nodeHash(left, right));
	}
}

function bitsOf(size: number): number {
	let count = 0;
	for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) count += rest % 2;
	return count;
}

/** Leaves of each perfect subtree of a tree of `size`, largest first. */
function perfectWidths(size: number): number[] {
	const widths: number[] = [];
	for (let width = 1; width <= size; width *= 2) if (Math.floor(size / width) % 2 === 1) widths.unshift(width);
	return widths;
}

/** Hash of any subtree `[from, to)` that the holder of the leaves can name. */
export type SubtreeHash = (from: number, to: number) => Hash;

/** Size of the largest perfect tree strictly inside a tree of `size` leaves. */
function splitOf(size: number): number {
	let split = 1;
	while (split * 2 < size) split *= 2;
	return split;
}

/** Leaves `[from, to)`. */
export interface LeafSpan {
	readonly from: number;
	readonly to: number;
}

/** The subtrees that a proof asks for; they never overlap. */
export function subtreesOf(prove: (hash: SubtreeHash) => readonly Hash[]): LeafSpan[] {
	const asked: LeafSpan[] = [];
	prove((from, to) => {
		asked.push({ from, to });
		return EMPTY_ROOT;
	});
	return asked;
}

/**
 * Hashes of some subtrees over leaves that are read once, in their order, and not kept. `before`: the leaves that came before
 * the first one read. Of them only the perfect subtrees are known, which is all that proofs about later leaves ask for.
 */
export class SubtreeHasher {
	readonly #spans: readonly LeafSpan[];
	readonly #ranges: CompactRange[];
	#next: number;

	/** Throws when a span lies within leaves that are gone. */
	constructor(spans: readonly LeafSpan[], before = new CompactRange()) {
		this.#spans = spans;
		this.#ranges = spans.map((span) => rangeWithin(before, span));
		this.#next = before.size;
	}

	add(leaf: Hash): void {
		const at = this.#next++;
		const i = this.#spans.findIndex(({ from, to }) => from <= at && at < to);
		if (i >= 0) this.#ranges[i] = (this.#ranges[i] as CompactRange).append(leaf);
	}

	/** Of a span given at the start, all of whose leaves were read. */
	hash(from: number, to: number): Hash {
		const range = this.#ranges[this.#spans.findIndex((span) => span.from === from && span.to === to)];
		if (range?.size !== to - from) throw new Error(`Leaves ${from} to ${to - 1} were not read.`);
		return range.root();
	}
}

/** What `before` has of a span. */
function rangeWithin(before: CompactRange, { from, to }: LeafSpan): CompactRange {
	if (from >= before.size) return new CompactRange();
	let start = 0;
	let size = 0;
	const roots: Hash[] = [];
	for (const [i, width] of perfectWidths(before.size).entries()) {
		const isInside = start >= from && start + width <= to;
		if (!isInside && start < to && start + width > from) throw new Error(`Leaves ${from} to ${to - 1} were removed.`);
		if (isInside) {
			roots.push(before.roots[i] as Hash);
			size += width;
		}
		start += width;
	}
	return new CompactRange(size, roots);
}

/** The audit path of leaf `index` in the tree of `size` leaves (RFC 6962 §2.1.1), from the leaf upwards. */
export function inclusionProof(hash: SubtreeHash, index: number, size: number): Hash[] {
	const path = (from: number, to: number): Hash[] => {
		if (to - from === 1) return [];
		const middle = from + splitOf(to - from);
		return index < middle ? [...path(from, middle), hash(middle, to)] : [...path(middle, to), hash(from, middle)];
	};
	return path(0, size);
}

/** The way from a node up to the root: on which side the siblings of a proof stand. */
class Climb {
	#node: number;
	#last: number;

	constructor(node: number, size: number) {
		this.#node = node;
		this.#last = size - 1;
	}

	get isAtRoot(): boolean {
		return this.#last === 0;
	}

	/** Goes up one level without a sibling while the node is a right child. */
	skipRight(): void {
		while (this.#node % 2 === 1) this.#up();
	}

	/** The side of the next sibling; moves on to the parent. */
	next(): "left" | "right" {
		const side = this.#node % 2 === 1 || this.#node === this.#last ? "left" : "right";
		if (side === "left") while (this.#node % 2 === 0 && this.#node !== 0) this.#up();
		this.#up();
		return side;
	}

	#up(): void {
		this.#node = Math.floor(this.#node / 2);
		this.#last = Math.floor(this.#last / 2);
	}
}

/** Whether the path leads from the leaf to the root (RFC 9162 §2.1.3.2). */
export function verifyInclusion(leaf: Hash, index: number, size: number, proof: readonly Hash[], root: Hash): boolean {
	if (index < 0 || index >= size) return false;
	const climb = new Climb(index, size);
	let hash = leaf;
	for (const sibling of proof) {
		if (climb.isAtRoot) return false;
		hash = climb.next() === "left" ? nodeHash(sibling, hash) : nodeHash(hash, sibling);
	}
	return climb.isAtRoot && hash.equals(root);
}

/** Proof that the tree of `first` leaves is a prefix of the tree of `second` (RFC 6962 §2.1.2). `0 < first <= second`. */
export function consistencyProof(hash: SubtreeHash, first: number, second: number): Hash[] {
	const path = (from: number, to: number, isWhole: boolean): Hash[] => {
		if (first === to) return isWhole ? [] : [hash(from, to)];
		const middle = from + splitOf(to - from);
		return first <= middle ? [...path(from, middle, isWhole), hash(middle, to)] : [...path(middle, to, false), hash(from, middle)];
	};
	return first === second ? [] : path(0, second, true);
}

/** Whether the proof shows the one tree to be a prefix of the other (RFC 9162 §2.1.4.2). */
export function verifyConsistency(first: number, second: number, firstRoot: Hash, secondRoot: Hash, proof: readonly Hash[]): boolean {
	if (first <= 0 || first > second) return false;
	if (first === second) return proof.length === 0 && firstRoot.equals(secondRoot);
	// Where the smaller tree is perfect its root is the first node of the path.
	const path = Number.isInteger(Math.log2(first)) ? [firstRoot, ...proof] : [...proof];
	const climb = new Climb(first - 1, second);
	climb.skipRight();
	const seed = path.shift();
	if (seed === undefined) return false;
	let small = seed;
	let large = seed;
	for (const sibling of path) {
		if (climb.isAtRoot) return false;
		if (climb.next() === "left") {
			small = nodeHash(sibling, small);
			large = nodeHash(sibling, large);
		} else {
			large = nodeHash(large, sibling);
		}
	}
	return climb.isAtRoot && small.equals(firstRoot) && large.equals(secondRoot);
}
