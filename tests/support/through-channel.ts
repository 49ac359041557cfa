import { Channel } from "../../src/inspect/channel.ts";
import type { TextStyle } from "../../src/inspect/conversation.ts";
import type { SourceKind } from "../../src/providers/provider.ts";
import type { ScannerProgram } from "../../src/scanner/text-scanner.ts";
import type { Finding } from "../../src/verdict/finding.ts";

export interface Inspected {
	readonly out: string;
	readonly isCut: boolean;
	/** As each was when it was handed over. */
	readonly findings: readonly Finding[];
}

/** One text of an answer that comes in pieces. `moves`: after which of them another lane goes on; absent: after each. */
export function throughChannel(
	program: ScannerProgram,
	style: TextStyle,
	chunks: readonly string[],
	{ kind = "text", moves = () => true }: { readonly kind?: SourceKind; readonly moves?: (chunk: number) => boolean } = {},
): Inspected {
	let channel = new Channel(program, style, kind);
	let out = "";
	const findings: Finding[] = [];
	const collect = (): void => {
		for (const finding of channel.scanner.takeFindings()) findings.push({ ...finding });
	};
	for (const [i, chunk] of chunks.entries()) {
		if (channel.scanner.isCut) break;
		out += channel.write([chunk]).texts[0] ?? chunk;
		collect();
		if (!moves(i) || channel.scanner.isCut) continue;
		const state = structuredClone(channel.state());
		channel.close();
		channel = new Channel(program, style, kind, state);
	}
	if (!channel.scanner.isCut) out += channel.finish();
	collect();
	const { isCut } = channel.scanner;
	channel.close();
	return { out, isCut, findings };
}
