import type { LabelScores } from "../models/names-encoder.ts";
import { wrapText } from "../providers/embedded-data.ts";
import { NAME } from "../providers/field-table.ts";
import type { Amendment, EventData, Place } from "../providers/provider.ts";
import type { Detection } from "../scanner/detector.ts";
import type { ScannerProgram } from "../scanner/text-scanner.ts";
import { withNames } from "../scanner/with-names.ts";
import type { Finding } from "../verdict/finding.ts";
import type { Replacement } from "../wire/json-strings.ts";
import { withoutCanary } from "./canary.ts";
import type { TextStyle } from "./conversation.ts";
import { inspectJoined, inspectWhole } from "./inspect-whole.ts";
import type { KnownText } from "./known-texts.ts";

/** Texts remembered as clean: ids, models and member names come again with every event. */
const MAX_REMEMBERED = 512;
const MAX_REMEMBERED_UNITS = 128;

export interface WholeText {
	/** Absent: the text may go out as it is. */
	readonly text: string | undefined;
	readonly isCut: boolean;
	readonly findings: readonly Finding[];
	readonly signals: readonly Detection[];
}

const CLEAN: WholeText = { text: undefined, isCut: false, findings: [], signals: [] };

/** Inspects complete texts. */
export class WholeTexts {
	readonly #program: ScannerProgram;
	readonly #style: TextStyle;
	readonly #isAnswer: boolean;
	readonly #clean = new Set<string>();
	#cleanReading: EventData | undefined;

	/** `isAnswer`: the texts are parts of one, which does not end in the middle of a secret. */
	constructor(program: ScannerProgram, style: TextStyle, isAnswer = false) {
		this.#isAnswer = isAnswer;
		this.#program = program;
		this.#style = style;
	}

	/** Texts that are read as one. `said`: of the names in it, by an encoder; `known`: of the text where it is one. */
	inspectParts(
		parts: readonly Pick<Place, "text" | "source" | "isTool">[],
		said?: LabelScores,
		known?: KnownText,
	): Omit<WholeText, "text"> & { readonly texts: readonly WholeText["text"][] } {
		if (said !== undefined) return new WholeTexts(withNames(this.#program, said), this.#style, this.#isAnswer).inspectParts(parts);
		const [first, second] = parts;
		if (first !== undefined && second === undefined) {
			const inspected = known?.whole ?? this.inspect(first);
			known?.found(inspected);
			const { text, ...whole } = inspected;
			return { texts: [text], ...whole };
		}
		const { scanner, texts } = inspectJoined(
			this.#program,
			this.#style,
			parts.map(({ text }) => text),
		);
		const { findings, isCut, signals } = scanner;
		return { findings, isCut, signals, texts: texts.map((text, i) => (text === parts[i]?.text ? undefined : text)) };
	}

	inspect(place: Pick<Place, "text" | "source"> & Partial<Pick<Place, "kind" | "isTool">>): WholeText {
		const { canary, judgeTool } = this.#style;
		const tool = place.isTool && place.text !== "" ? judgeTool?.(place.text) : undefined;
		if (tool?.action === "cut") return { text: "", isCut: true, findings: [tool], signals: [] };
		const text = place.kind === "echo" && canary !== undefined ? withoutCanary(place.text, canary) : place.text;
		const isPart = this.#isAnswer && (place.kind === "whole" || place.kind === "copy") && place.isTool !== true;
		const whole = this.#inspect(text, place.source, isPart, place.isTool === true && NAME.test(text));
		if (tool !== undefined) return { ...whole, findings: [tool, ...whole.findings] };
		return text === place.text ? whole : { ...whole, text: whole.text ?? text };
	}

	/** Whether nothing at all is found in a text, so that it may go out as it is. */
	isClean(place: Parameters<WholeTexts["inspect"]>[0]): boolean {
		const { text, findings, signals, isCut } = this.inspect(place);
		return text === undefined && findings.length === 0 && signals.length === 0 && !isCut;
	}

	/** The same of all complete texts of an event. Events that repeat it share the reading, so the last clean one is remembered. */
	areClean(reading: EventData): boolean {
		if (reading === this.#cleanReading) return true;
		const isClean = reading.places.every((place) => place.kind === "delta" || this.isClean(place));
		if (isClean) this.#cleanReading = reading;
		return isClean;
	}

	/** `isToolName`: the vendor takes it as it is or not at all, and `WebSearch` is no company. */
	#inspect(text: string, source: Place["source"], isPart: boolean, isToolName: boolean): WholeText {
		const key = `${source}${isPart}${isToolName}:${text}`;
		if (text === "" || this.#clean.has(key)) return CLEAN;
		const whole = inspectWhole(withNames(this.#program, isToolName ? "none" : undefined), this.#style, text, source, isPart);
		const { findings, isCut, signals } = whole.scanner;
		if (findings.length > 0 || signals.length > 0 || isCut || whole.text !== text)
			return { text: whole.text === text ? undefined : whole.text, isCut, findings, signals };
		if (text.length <= MAX_REMEMBERED_UNITS) {
			if (this.#clean.size >= MAX_REMEMBERED) this.#clean.clear();
			this.#clean.add(key);
		}
		return CLEAN;
	}
}

/** The edits that put these texts in their places; `undefined`: the text stays. */
export function editsOf(
	places: readonly Place[],
	texts: readonly (string | undefined)[],
	amendments: readonly Amendment[] = [],
): readonly Replacement[] {
	const edits: Replacement[] = places.flatMap(({ from, to, source, wrap }, i) => {
		const text = texts[i];
		if (text === undefined) return [];
		return [source === "value" ? { from, to, source: text } : { from, to, value: wrap === undefined ? text : wrapText(wrap, text) }];
	});
	const isDue = ({ places: on }: Amendment): boolean => on === "always" || on.some((i) => texts[i] !== undefined);
	return [...edits, ...amendments.filter(isDue).map(({ edit }) => edit)];
}
