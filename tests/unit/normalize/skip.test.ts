import { expect, test } from "vitest";
import { VIEWS, type View } from "../../../src/normalize/views.ts";
import { type Next, pick, random, randomSlices } from "../../support/random.ts";

const TEXTS = 15_000;
const PARTS = [
	..."abK0149+ -|.,;:_/*~\"'`<>\\=&%{}()[]\n\t\r",
	"one",
	"seven",
	"ab",
	"12",
	"&#52;",
	"\\x34",
	"%34",
	"=3D",
	"</b>",
	"\u200b",
	"é",
	"４",
	"SSN",
];

function makeText(next: Next): string {
	// Few of them in one text, so that what belongs together meets.
	const parts = Array.from({ length: 3 + Math.floor(next() * 3) }, () => pick(PARTS, next));
	return Array.from({ length: 4 + Math.floor(next() * 12) }, () => pick(parts, next)).join(pick(["", " "], next));
}

/** What a view writes of a text that comes in pieces; what it skips stands for itself, and is written where the view is no partial one. */
function written(view: View, pieces: readonly string[], skips: boolean): string {
	const out: number[] = [];
	const transducer = view.open((byte, from, to) => out.push(byte, from, to));
	const bytes = Buffer.from(pieces.join(""));
	let end = 0;
	for (const piece of pieces) {
		let at = end;
		end += Buffer.byteLength(piece);
		while (at < end) {
			const first = at;
			if (skips && transducer.undecidedFrom === Number.POSITIVE_INFINITY) at = transducer.skip(bytes, at, end);
			if (!view.isPartial) for (let i = first; i < at; i++) out.push(bytes[i] as number, i, i + 1);
			if (at < end) transducer.push(bytes[at] as number, at, ++at);
		}
	}
	transducer.finish();
	return out.join();
}

test.each(VIEWS.map((view, i) => [`${view.name} ${i}`, view] as const))(
	"the view %s writes what it would write if it skipped nothing",
	(_name, view) => {
		for (let seed = 1; seed <= TEXTS; seed++) {
			const next = random(seed);
			const text = makeText(next);
			const pieces = randomSlices(text, pick([1, 5, 40], next), next);
			if (written(view, pieces, true) !== written(view, [text], false)) expect({ seed, text, pieces }).toBe("read the same");
		}
	},
);
