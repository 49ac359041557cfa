import type { Provider } from "../providers/provider.ts";
import type { ScannerProgram } from "../scanner/text-scanner.ts";
import { type Replacement, replaceValues } from "../wire/json-strings.ts";
import type { RedactionStyle } from "./channel.ts";
import { countFindings, type FilterStep } from "./response-filter.ts";
import { WholeTexts } from "./whole-texts.ts";

/** A non-streamed answer: collected, inspected whole, given out once. */
export interface BodyFilter {
	push(bytes: Uint8Array): FilterStep;
	end(fault: string | undefined): FilterStep;
	readonly counts: Record<string, number>;
}

export function createBodyFilter(options: {
	readonly provider: Provider;
	readonly program: ScannerProgram;
	readonly style: RedactionStyle;
	readonly maxBytes: number;
}): BodyFilter {
	const chunks: Uint8Array[] = [];
	const counts: Record<string, number> = {};
	let received = 0;
	const fault = (code: string): FilterStep => ({ out: "", consumed: received, ended: "fault", code });
	return {
		counts,
		push(bytes) {
			received += bytes.length;
			if (received > options.maxBytes) return fault("upstream_event_too_large");
			chunks.push(bytes);
			return { out: "", consumed: 0 };
		},
		end(code) {
			if (code !== undefined) return fault(code);
			let json: string;
			try {
				json = new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
			} catch {
				return fault("upstream_invalid_utf8");
			}
			const reading = options.provider.readBody(json);
			if (reading.kind === "fault") return fault(reading.code);
			const replacements: Replacement[] = [];
			const wholes = new WholeTexts(options.program, options.style);
			let isCut = false;
			for (const place of reading.places) {
				const whole = wholes.inspect(place);
				if (place.kind !== "copy") countFindings(whole.findings, counts);
				isCut ||= whole.isCut;
				if (whole.text !== undefined) replacements.push({ from: place.from, to: place.to, value: whole.text });
			}
			if (isCut) replacements.push(...options.provider.cutBody(json));
			return { out: replaceValues(json, replacements), consumed: received, ended: isCut ? "cut" : "complete" };
		},
	};
}
