import type { SourceKind } from "../providers/provider.ts";
import { withSeams } from "../scanner/seam-watcher.ts";
import type { ScannerProgram, TextScanner } from "../scanner/text-scanner.ts";
import { Channel } from "./channel.ts";
import type { TextStyle } from "./conversation.ts";
import { seamsOf } from "./text-source.ts";

/** What a whole text becomes, and what was found in it. */
export interface WholeInspection {
	readonly text: string;
	readonly scanner: TextScanner;
}

/** The same of plain texts that are read as one. */
export interface JoinedInspection {
	readonly texts: readonly string[];
	readonly scanner: TextScanner;
}

/** `isPart`: of an answer, other texts of which may go on with it. */
export function inspectWhole(
	program: ScannerProgram,
	style: TextStyle,
	text: string,
	source: SourceKind = "text",
	isPart = false,
): WholeInspection {
	const { scanner, texts } = inspectAll(new Channel(program, style, source), [text], isPart);
	return { scanner, text: texts[0] as string };
}

export function inspectJoined(program: ScannerProgram, style: TextStyle, texts: readonly string[]): JoinedInspection {
	return inspectAll(new Channel(withSeams(program, seamsOf(texts, "text", style)), style, "text"), texts, false);
}

function inspectAll(channel: Channel, parts: readonly string[], isPart: boolean): JoinedInspection {
	const texts = channel.inspectWhole(parts, isPart);
	channel.close();
	return { texts, scanner: channel.scanner };
}
