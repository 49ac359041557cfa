import type { ByteRegex, Node } from "./byte-regex.ts";
import { type ByteSet, hasByte } from "./byte-set.ts";

/**
 * The pattern in PCRE syntax over bytes. One-character lookarounds are left out, and a boundary at the end, which the byte
 * behind the piece decides: the addon checks them itself.
 */
export function hyperscanExpression(regex: ByteRegex): string {
	const left = regex.left.kind === "wordBoundary" ? "\\b" : "";
	return `${left}${print(regex.body)}`;
}

function print(node: Node): string {
	switch (node.kind) {
		case "bytes":
			return printSet(node.set);
		case "concat":
			return node.parts.map(print).join("");
		case "alt":
			return `(?:${node.options.map(print).join("|")})`;
		case "repeat":
			return `(?:${print(node.node)}){${node.min},${node.max}}`;
		default:
			return node satisfies never;
	}
}

const hex = (byte: number): string => `\\x${byte.toString(16).padStart(2, "0")}`;

function printSet(set: ByteSet): string {
	const ranges: string[] = [];
	for (let from = 0; from < 256; from++) {
		if (!hasByte(set, from)) continue;
		let to = from;
		while (to < 255 && hasByte(set, to + 1)) to++;
		ranges.push(from === to ? hex(from) : `${hex(from)}-${hex(to)}`);
		from = to;
	}
	return ranges.length === 1 && !(ranges[0] as string).includes("-") ? (ranges[0] as string) : `[${ranges.join("")}]`;
}
