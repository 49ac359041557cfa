import type { CutCause, Place } from "../providers/provider.ts";
import { withSeams } from "../scanner/seam-watcher.ts";
import type { ScannerProgram } from "../scanner/text-scanner.ts";
import { Channel } from "./channel.ts";
import type { ChannelStep } from "./channel-state.ts";
import type { TextStyle } from "./conversation.ts";
import { groupsOf } from "./delta-bytes.ts";
import { cutCauseOf } from "./finding-counts.ts";
import type { FindingTally } from "./finding-tally.ts";
import { seamsOf } from "./text-source.ts";
import { WholeTexts } from "./whole-texts.ts";

export interface BodyTexts {
	/** Text for each place, `undefined` where it stays. */
	readonly texts: readonly (string | undefined)[];
	/** The places in which a cut took effect, in their order, and why the first did. */
	readonly cut: readonly Place[];
	readonly cause: CutCause;
}

/** Inspects every text of a whole answer; findings go to `tally`. Texts of one channel stand in pieces, and clients join them. */
export function inspectBody(places: readonly Place[], program: ScannerProgram, style: TextStyle, tally: FindingTally): BodyTexts {
	const wholes = new WholeTexts(program, style, true);
	const texts: (string | undefined)[] = places.map(() => undefined);
	const causes = new Map<Place, CutCause>();
	for (const [i, place] of places.entries()) {
		if (place.kind === "delta") continue;
		const whole = wholes.inspect(place);
		texts[i] = whole.text;
		if (place.kind === "whole") tally.add(whole.findings, "whole");
		if (whole.isCut && place.kind !== "echo") causes.set(place, cutCauseOf(whole.findings));
	}
	for (const [name, pieces] of piecesByChannel(places)) {
		const deltas = pieces.map((i) => (places[i] as Place).text);
		const { source } = places[pieces[0] as number] as Place;
		const channel = new Channel(withSeams(program, seamsOf(deltas, source, style)), style, source);
		const written = writeWhole(channel, deltas);
		for (const [k, i] of pieces.entries()) texts[i] = written.texts[k];
		tally.add(channel.scanner.findings, name);
		if (channel.scanner.isCut) causes.set(places[pieces[written.cutAt] as number] as Place, cutCauseOf(channel.scanner.findings));
		channel.close();
	}
	const cut = places.filter((place) => causes.has(place));
	return { texts, cut, cause: causes.get(cut[0] as Place) ?? "other" };
}

/** Those scanned last end with the text, so that each of them keeps what is undecided at its end. */
function writeWhole(channel: Channel, deltas: readonly string[]): ChannelStep {
	const last = groupsOf(deltas).at(-1) ?? [];
	const before = channel.write(deltas.slice(0, deltas.length - last.length));
	const behind = channel.writeLast(last);
	const cutAt = before.cutAt >= 0 || behind.cutAt < 0 ? before.cutAt : before.texts.length + behind.cutAt;
	return { texts: [...before.texts, ...behind.texts], cutAt };
}

/** Indices of the deltas of each channel. */
function piecesByChannel(places: readonly Place[]): ReadonlyMap<string, number[]> {
	const channels = new Map<string, number[]>();
	for (const [i, { kind, channel, text }] of places.entries()) {
		if (kind !== "delta" || text === "") continue;
		const pieces = channels.get(channel);
		if (pieces === undefined) channels.set(channel, [i]);
		else pieces.push(i);
	}
	return channels;
}
