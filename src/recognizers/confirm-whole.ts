import type { Confirmer } from "./recognizer.ts";

/** Judges a match that is the end of something by the whole of it: `head` is what stands right before the match. */
export function confirmWhole(head: RegExp, confirmer: Confirmer): Confirmer {
	return ({ text, compact, left, right }) => {
		const before = head.exec(left)?.[0];
		if (before === undefined) return 0;
		return confirmer({
			text: before + text,
			compact: before.replace(/[^A-Za-z0-9]/g, "").toUpperCase() + compact,
			left: left.slice(0, left.length - before.length),
			right,
		});
	};
}
