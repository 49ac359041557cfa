import type { ByteOffset } from "../core/units.ts";
import type { SourceKind } from "../providers/provider.ts";
import type { TextStyle } from "./conversation.ts";
import { endsInHighSurrogate } from "./delta-bytes.ts";
import { JsonSource, type JsonSourceState } from "./json-source.ts";

/** What the text is: an answer that was not to be JSON is text. */
export function sourceOf(kind: SourceKind, { isStructured }: TextStyle): SourceKind {
	return kind === "answer" && isStructured !== true ? "text" : kind;
}

/** What decodes it, if anything does. */
export function openSource(source: SourceKind, state?: JsonSourceState): JsonSource | undefined {
	return source === "text" ? undefined : new JsonSource(source === "answer" ? "mixed" : "pure", state);
}

/** Where the texts begin that follow another one, in what a scanner of all of them sees. */
export function seamsOf(texts: readonly string[], kind: SourceKind, style: TextStyle): readonly ByteOffset[] {
	const json = openSource(sourceOf(kind, style));
	let at = 0;
	let carry = "";
	return texts.slice(0, -1).map((text) => {
		const all = carry + text;
		carry = endsInHighSurrogate(all) ? all.slice(-1) : "";
		const whole = all.slice(0, all.length - carry.length);
		at += Buffer.byteLength(json?.decode(whole.toWellFormed()) ?? whole);
		return at;
	});
}
