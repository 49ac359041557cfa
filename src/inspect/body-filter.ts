import type { AnswerUsage } from "../core/answer-usage.ts";
import { ByteQueue } from "../core/byte-queue.ts";
import type { Provider } from "../providers/provider.ts";
import type { ScannerProgram } from "../scanner/text-scanner.ts";
import type { FindingReport } from "../verdict/finding-report.ts";
import { replaceValues } from "../wire/json-strings.ts";
import { inspectBody } from "./body-texts.ts";
import type { TextStyle } from "./conversation.ts";
import type { FilterStep } from "./filter-step.ts";
import { FindingTally } from "./finding-tally.ts";
import { UsageMeter } from "./usage-meter.ts";
import { editsOf } from "./whole-texts.ts";

/** A non-streamed answer: collected, inspected whole, given out once. */
export interface BodyFilter {
	push(bytes: Uint8Array): FilterStep;
	end(fault: string | undefined): FilterStep;
	found(): FindingReport;
	usage(): AnswerUsage;
}

export function createBodyFilter(options: {
	readonly provider: Provider;
	readonly program: ScannerProgram;
	readonly style: TextStyle;
	/** Whether a cut answer is an error instead. */
	readonly onCut: "end" | "error";
	readonly maxBytes: number;
}): BodyFilter {
	const collected = new ByteQueue();
	const tally = new FindingTally();
	const usage = new UsageMeter();
	let units = 0;
	let received = 0;
	const fault = (code: string): FilterStep => ({ out: "", consumed: received, ended: "fault", code });
	return {
		found: () => tally.report(),
		usage: () => usage.usage(units),
		push(bytes) {
			received += bytes.length;
			if (received > options.maxBytes) return fault("upstream_event_too_large");
			collected.append(bytes);
			return { out: "", consumed: 0 };
		},
		end(code) {
			if (code !== undefined) return fault(code);
			let json: string;
			try {
				json = new TextDecoder("utf-8", { fatal: true }).decode(collected.bytes);
			} catch {
				return fault("upstream_invalid_utf8");
			}
			usage.read(json);
			const reading = options.provider.readBody(json);
			if (reading.kind === "fault") return fault(reading.code);
			units = reading.places.reduce((sum, { text }) => sum + text.length, 0);
			const { texts, cut, cause } = inspectBody(reading.places, options.program, options.style, tally);
			if (cut.length > 0 && options.onCut === "error") return fault("answer_cut");
			const edits = editsOf(reading.places, texts, reading.amendments);
			const ending = cut.length > 0 ? options.provider.cutBody(json, cut, cause) : [];
			return { out: replaceValues(json, [...edits, ...ending]), consumed: received, ended: cut.length > 0 ? "cut" : "complete" };
		},
	};
}
