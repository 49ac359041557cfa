import { Compact } from "./compact.ts";
import { Decode } from "./decode.ts";
import { FIELD_READINGS } from "./fields.ts";
import { Fold } from "./fold.ts";
import { Hidden } from "./hidden.ts";
import type { Transducer, TransducerFactory, TransducerState } from "./transducer.ts";

export type ViewName = "folded" | "compact" | "decoded" | "fields";

export interface View {
	readonly name: ViewName;
	readonly open: TransducerFactory;
	/** It writes only what it makes of parts of the text, each part for itself. */
	readonly isPartial: boolean;
	/** Only JSON source has it (the arguments of a call), and it says nothing of what stands within one field: a finding goes over so many seams. */
	readonly leastSeams?: number;
}

/** Twice, so that an escape of an escape, or an escape of a look-alike, is read as well. */
const openFold: TransducerFactory = (sink, [first, second] = []) => {
	const again = new Fold(sink, second);
	// What the first reads as it stands the second reads as it stands: the same bytes are special to both.
	const fold = new Fold((byte, from, to) => again.push(byte, from, to), first);
	return chain(fold, again, fold);
};

const openCompact: TransducerFactory = (sink, [first, second, third] = []) => {
	const compact = new Compact(sink, third);
	const fold = openFold((byte, from, to) => compact.push(byte, from, to), first && second && [first, second]);
	return chain(fold, compact, compact);
};

const openDecoded: TransducerFactory = (sink, [first, second, third, fourth] = []) => {
	const inner = new Fold(sink, fourth);
	const decode = new Decode((byte, from, to) => inner.push(byte, from, to), third);
	const fold = openFold((byte, from, to) => decode.push(byte, from, to), first && second && [first, second]);
	return chain(fold, chain(decode, inner, decode), decode);
};

const openHidden: TransducerFactory = (sink, [character, run, second] = []) => {
	const inner = new Fold(sink, second);
	const hidden = new Hidden((byte, from, to) => inner.push(byte, from, to), character && run && [character, run]);
	return chain(hidden, inner, hidden);
};

/** The views in which a text is scanned beside the text itself. */
export const VIEWS: readonly View[] = [
	{ name: "folded", open: openFold, isPartial: false },
	{ name: "compact", open: openCompact, isPartial: false },
	{ name: "decoded", open: openDecoded, isPartial: true },
	{ name: "decoded", open: openHidden, isPartial: true },
	...FIELD_READINGS.map((reading) => ({ name: "fields", isPartial: false, ...reading }) as const),
];

/** Two transducers as one, the first writing into the second; `skipper` knows which bytes are special to either. */
function chain(first: Transducer, second: Transducer, skipper: Pick<Transducer, "skip">): Transducer {
	return {
		push: (byte, from, to) => first.push(byte, from, to),
		finish() {
			first.finish();
			second.finish();
		},
		skip: (window, from, end) => skipper.skip(window, from, end),
		get undecidedFrom() {
			return Math.min(first.undecidedFrom, second.undecidedFrom);
		},
		state: (): TransducerState[] => [...first.state(), ...second.state()],
	};
}
