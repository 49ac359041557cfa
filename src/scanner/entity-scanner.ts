import type { Entity } from "../models/entity-labels.ts";
import { type KnownName, remember, repeatsIn } from "../models/known-names.ts";
import { ENCODER_THRESHOLDS, type LabelScores } from "../models/names-encoder.ts";
import { SegmentCutter } from "../models/segment.ts";
import { NOTHING_BEFORE, type TextBefore } from "../models/text-before.ts";
import { findEntities, isCommonWord } from "../models/token-model.ts";
import { scoreOf, shippedModel, type TokenModelFile, thresholdFor } from "../models/token-model-file.ts";
import type { RuleSet } from "../policy/policy.ts";
import type { Detection, Detector } from "./detector.ts";

/** What the decided segments of a text say to the next one. Plain data. */
export interface TextMemory {
	readonly before: TextBefore;
	readonly names: readonly KnownName[];
}

const EMPTY: TextMemory = { before: NOTHING_BEFORE, names: [] };

/** What finds the learned rules of a rule set; shared by all texts of a lane. */
export interface EntityProgram {
	/** Spans of one segment, in bytes from its start, and the memory behind it. `said`: of its tokens, by an encoder. */
	find(
		segment: string,
		memory: TextMemory,
		said?: Float64Array,
	): { readonly detections: readonly Detection[]; readonly memory: TextMemory };
}

/** Undefined where the rule set has no learned rules: then no model is loaded and nothing is held. */
export function createEntityProgram({ rules, threshold, allowList }: RuleSet): EntityProgram | undefined {
	const learned = new Map<Entity, { readonly rule: number; readonly threshold: number }>();
	for (const [rule, { learned: entity, threshold: own }] of rules.entries())
		if (entity !== undefined) learned.set(entity, { rule, threshold: own ?? threshold });
	if (learned.size === 0) return undefined;
	const allowed = new Set(allowList);
	const { model, thresholds: alone }: TokenModelFile = shippedModel();
	return {
		find(segment, memory, said) {
			const { tokens, spans, after, isHeard } = findEntities(model, segment, memory.before, said);
			const thresholds = isHeard ? ENCODER_THRESHOLDS : alone;
			const found = spans.flatMap((span) => {
				const { entity, from, to, probability } = span;
				const least = thresholdFor(thresholds, span, segment);
				if (least === undefined || allowed.has(segment.slice(from, to))) return [];
				const score = scoreOf(probability, least);
				return score < (learned.get(entity)?.threshold ?? Number.POSITIVE_INFINITY) ? [] : [{ entity, from, to, score }];
			});
			const names = remember(memory.names, found, tokens, (word) => isCommonWord(model, word));
			const repeats = repeatsIn(tokens, names, found).filter(({ from, to }) => !allowed.has(segment.slice(from, to)));
			const detections = [...found, ...repeats].map(({ entity, from, to, score }) => {
				const start = Buffer.byteLength(segment.slice(0, from));
				return { rule: learned.get(entity)?.rule as number, score, from: start, to: start + Buffer.byteLength(segment.slice(from, to)) };
			});
			return { detections, memory: { before: after, names } };
		},
	};
}

/** Plain data. */
export interface EntityState {
	/** Start of the segment that is not decided yet. */
	readonly from: number;
	/** Found in decided segments, behind the release point. */
	readonly found: readonly Detection[];
	readonly memory: TextMemory;
}

/** Looks for learned entities in one text that arrives in pieces. A segment is decided as a whole, when its end is here. */
export class EntityScanner {
	readonly #program: EntityProgram;
	readonly #text: Detector;
	readonly #said: LabelScores | undefined;
	readonly #cutter = new SegmentCutter();
	#from: number;
	#found: readonly Detection[];
	#memory: TextMemory;

	/** `said`: of the whole text, by an encoder. */
	constructor(program: EntityProgram, text: Detector, state?: EntityState, said?: LabelScores) {
		this.#said = said;
		this.#program = program;
		this.#text = text;
		this.#from = state?.from ?? 0;
		this.#found = state?.found ?? [];
		this.#memory = state?.memory ?? EMPTY;
	}

	/** Offset before which nothing can be found any more. */
	get release(): number {
		return this.#from;
	}

	/** Decides the segments that are whole. Call when the text has been appended to. */
	scan(): readonly Detection[] {
		const detections: Detection[] = [];
		for (;;) {
			const { window, base, end } = this.#text;
			const size = this.#cutter.next(window, this.#from - base, end - base);
			if (size === undefined) break;
			detections.push(...this.#decide(this.#from + size));
		}
		return detections;
	}

	/** End of the text: the last segment ends here. */
	finish(): readonly Detection[] {
		return [...this.scan(), ...this.#decide(this.#text.end)];
	}

	/** What continues here when nothing before `offset` matters any more. */
	state(offset: number): EntityState {
		return { from: this.#from, found: this.#found.filter(({ from }) => from >= offset), memory: this.#memory };
	}

	#decide(to: number): readonly Detection[] {
		const start = this.#from;
		this.#from = to;
		const { detections, memory } = this.#program.find(this.#text.text(start, to), this.#memory, this.#said?.get(start));
		this.#memory = memory;
		const found = detections.map((detection) => ({ ...detection, from: start + detection.from, to: start + detection.to }));
		if (found.length > 0) this.#found = [...this.#found.filter(({ to: end }) => end > this.#text.keepFrom), ...found];
		return found;
	}
}
