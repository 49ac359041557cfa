import type { Provider } from "../providers/provider.ts";
import type { ScannerProgram } from "../scanner/text-scanner.ts";
import { type Replacement, replaceStrings } from "../wire/json-strings.ts";
import { inspectWhole, type RedactionStyle } from "./channel.ts";
import { countFindings, type FilterStep } from "./response-filter.ts";

/** A non-streamed answer: collected, inspected whole, given out once. */
export interface BodyFilter {
	push(bytes: Uint8Array): FilterStep;
	end(fault: string | undefined): FilterStep;
	readonly counts: Record<string, number>;
}

export function createBodyFilter(options: { readonly provider: Provider; readonly program: ScannerProgram; readonly style: RedactionStyle; readonly maxBytes: number }): BodyFilter {
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
			let cut = false;
			for (const place of reading.places) {
				const whole = inspectWhole(options.program, options.style, place.text);
				countFindings(whole.scanner.findings, counts);
				cut ||= whole.scanner.isCut;
				if (whole.text !== place.text) replacements.push({ from: place.from, to: place.to, value: whole.text });
			}
			const out = replaceStrings(json, replacements);
			return { out: cut ? options.provider.cutBody(out) : out, consumed: received, ended: cut ? "cut" : "complete" };
		},
	};
}
