import type { Assertion, Graph, PatternTables } from "../../native/index.js";
import type { ByteRegex, Edge, Node } from "./byte-regex.ts";
import { type ByteSet, emptySet } from "./byte-set.ts";

/** Counters above this are relaxed to a loop in the release-point automaton: more is held, never less. */
const RELAX_ABOVE = 16;

/** The automaton tables of one pattern (Glushkov 1961: one state per byte position, no empty moves). */
export function buildTables(regex: ByteRegex, trigger: boolean): PatternTables {
	const exact = buildGraph(regex.body, false);
	// What is never held needs no release point.
	const relaxed = trigger ? exact : buildGraph(regex.body, true);
	return {
		exact,
		relaxed: relaxed.first.length === exact.first.length ? exact : relaxed,
		left: assertion(regex.left),
		right: assertion(regex.right),
		maxWidth: regex.maxWidth,
		trigger,
	};
}

function assertion(edge: Edge): Assertion {
	if (edge.kind === "none") return { kind: 0, set: emptySet() };
	return edge.kind === "wordBoundary" ? { kind: 1, set: emptySet() } : { kind: 2, set: edge.set };
}

/** Positions where a part can begin and end, and whether it can be empty. */
interface Part {
	readonly first: readonly number[];
	readonly last: readonly number[];
	readonly nullable: boolean;
}

const EMPTY: Part = { first: [], last: [], nullable: true };

function buildGraph(body: Node, relax: boolean): Graph {
	const builder = new Builder(relax);
	const root = builder.build(body);
	const count = builder.classes.length;
	const predOffsets = new Uint32Array(count + 1);
	const preds: number[] = [];
	const classes = new Uint8Array(count * 32);
	for (let q = 0; q < count; q++) {
		classes.set(builder.classes[q] as ByteSet, q * 32);
		preds.push(...(builder.preds[q] as Set<number>));
		predOffsets[q + 1] = preds.length;
	}
	const flags = (positions: readonly number[]): Uint8Array => {
		const out = new Uint8Array(count);
		for (const q of positions) out[q] = 1;
		return out;
	};
	return { classes, predOffsets, preds: Uint32Array.from(preds), first: flags(root.first), last: flags(root.last) };
}

class Builder {
	readonly classes: ByteSet[] = [];
	readonly preds: Set<number>[] = [];
	readonly #relax: boolean;

	constructor(relax: boolean) {
		this.#relax = relax;
	}

	build(node: Node): Part {
		switch (node.kind) {
			case "bytes": {
				const q = this.classes.push(node.set) - 1;
				this.preds.push(new Set());
				return { first: [q], last: [q], nullable: false };
			}
			case "concat":
				return node.parts.reduce((left: Part, part) => this.#join(left, this.build(part)), EMPTY);
			case "alt": {
				const options = node.options.map((option) => this.build(option));
				return { first: options.flatMap((o) => o.first), last: options.flatMap((o) => o.last), nullable: options.some((o) => o.nullable) };
			}
			case "repeat":
				return this.#repeat(node);
			default:
				return node satisfies never;
		}
	}

	#repeat({ node, min, max }: Node & { kind: "repeat" }): Part {
		if (max === 0) return EMPTY;
		if (this.#relax && max > RELAX_ABOVE) {
			const part = this.build(node);
			this.#link(part.last, part.first);
			return min === 0 ? { ...part, nullable: true } : part;
		}
		const copies = Array.from({ length: max }, () => this.build(node));
		const [head] = copies as [Part];
		// A copy that can be empty may be followed by any later one.
		if (head.nullable)
			return copies.map((part, i) => (i < min ? part : { ...part, nullable: true })).reduce((a, b) => this.#join(a, b), EMPTY);
		// x{1,3} as x(?:x(?:x)?)?: every copy follows the one before, so the edges are as many as the copies.
		for (let i = 1; i < max; i++) this.#link((copies[i - 1] as Part).last, (copies[i] as Part).first);
		return { first: head.first, last: copies.slice(Math.max(min, 1) - 1).flatMap(({ last }) => last), nullable: min === 0 };
	}

	#join(left: Part, right: Part): Part {
		this.#link(left.last, right.first);
		return {
			first: left.nullable ? [...left.first, ...right.first] : left.first,
			last: right.nullable ? [...left.last, ...right.last] : right.last,
			nullable: left.nullable && right.nullable,
		};
	}

	#link(from: readonly number[], to: readonly number[]): void {
		for (const q of to) for (const p of from) (this.preds[q] as Set<number>).add(p);
	}
}
