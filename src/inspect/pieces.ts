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

/**
 * Redacted pieces with all that their region covers (overlapping findings, tails), so that it can be given back. In
 * JSON source a region may cover structure, which stays where it is. `bytes`: the whole text.
 */
export function withRegions(pieces: readonly Piece[], bytes: Buffer, isJson: boolean): Piece[] {
	return pieces.map((piece, i) => {
		if (piece.kind === "clean" || (isJson && (piece.isDisguised || piece.text !== undefined))) return piece;
		const written = bytes.toString("utf8", piece.from, pieces[i + 1]?.from ?? bytes.length);
		return piece.isDisguised ? { ...piece, written } : { ...piece, text: written };
	});
}

export function decodeUtf8(bytes: Uint8Array): string {
	return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
}
