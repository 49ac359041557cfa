import type { SourceKind } from "../providers/provider.ts";
import type { ScannerProgram, TextScanner } from "../scanner/text-scanner.ts";
import { Channel } from "./channel.ts";
import type { TextStyle } from "./conversation.ts";

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

export function inspectWhole(program: ScannerProgram, style: TextStyle, text: string, source: SourceKind = "text"): WholeInspection {
	const { scanner, texts } = inspectAll(new Channel(program, style, source), [text]);
	return { scanner, text: texts[0] as string };
}

export function inspectJoined(program: ScannerProgram, style: TextStyle, texts: readonly string[]): JoinedInspection {
	return inspectAll(new Channel(program, style, "text"), texts);
}

function inspectAll(channel: Channel, parts: readonly string[]): JoinedInspection {
	const texts = channel.inspectWhole(parts);
	channel.close();
	return { texts, scanner: channel.scanner };
}
