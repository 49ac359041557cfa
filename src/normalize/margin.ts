import type { ShadowSink } from "./transducer.ts";

/** Nothing of one part is context of another, or goes on in it. No folded text has the last byte. */
const MARGIN = Uint8Array.from({ length: 64 }, (_, i) => (i < 63 ? 0x0a : 0));

/** Written before and behind every part that a partial view makes of a text; it stands at `at`. */
export function writeMargin(at: number, sink: ShadowSink): void {
	for (const byte of MARGIN) sink(byte, at, at);
}
