import type { ByteOffset } from "../core/units.ts";
import type { Piece } from "../scanner/piece.ts";

/** Takes the pieces out that begin before `end`; clean bytes behind it stay. */
export function takeBefore(pieces: Piece[], end: ByteOffset): Piece[] {
	const after = pieces.findIndex(({ from }) => from >= end);
	const taken = pieces.splice(0, after < 0 ? pieces.length : after);
	const last = taken.at(-1);
	if (last?.kind !== "clean" || last.from + last.bytes.length <= end) return taken;
	const head = end - last.from;
	pieces.unshift({ ...last, from: end, bytes: last.bytes.subarray(head) });
	return [...taken.slice(0, -1), { ...last, bytes: last.bytes.subarray(0, head) }];
}
