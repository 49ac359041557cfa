import type { Speaker } from "../core/speaker.ts";
import type { ByteOffset } from "../core/units.ts";
import { suffixSignals } from "../recognizers/adversarial-suffix.ts";
import type { SignalName } from "../recognizers/injection.ts";
import { INJECTION_FAMILIES } from "../recognizers/injection-families.ts";
import type { InjectionRule } from "../recognizers/injection-family.ts";

/** A signal in a text. */
export interface SignalPlace {
	readonly signal: SignalName;
	readonly from: ByteOffset;
	readonly to: ByteOffset;
}

/** What speaks for an attack. */
export interface InjectionFinding {
	/** Family. */
	readonly type: string;
	/** Chance 0…1 that it is one. */
	readonly score: number;
	readonly from: ByteOffset;
	readonly to: ByteOffset;
}

export interface InjectionReport {
	/** Chance 0…1 that the text attacks: one minus the chance that none of `findings` does (noisy or). */
	readonly risk: number;
	/** One of each family, of the place in the text where most stand together. */
	readonly findings: readonly InjectionFinding[];
}

export const NO_INJECTION: InjectionReport = { risk: 0, findings: [] };

/** Signals of one rule stand within so many bytes. */
const WITHIN_BYTES = 96;
/** Families count together within so many bytes. */
const WINDOW_BYTES = 2000;
/** Applications name what they forbid, assistants what they refused, and descriptions of tools are full of orders. */
const TRUST: Readonly<Record<Speaker, number>> = { system: 0.4, user: 1, assistant: 0.6, foreign: 1, definition: 0.6 };
const SENTENCE_END = /[.!?؟](?=\s|["'”』」)])|[。！？।]|\n\s*\n/;

interface Compiled {
	readonly family: number;
	readonly rule: InjectionRule;
}

const COMPILED: readonly Compiled[] = INJECTION_FAMILIES.flatMap(({ rules }, family) => rules.map((rule) => ({ family, rule })));
const BY_SIGNAL: ReadonlyMap<SignalName, readonly Compiled[]> = new Map(
	[...new Set(COMPILED.flatMap(({ rule }) => rule.together))].map((signal) => [
		signal,
		COMPILED.filter(({ rule }) => rule.together.includes(signal)),
	]),
);

/** Judges one text by its signals, which may come in any order and twice; `text` in UTF-8. */
export function judgeSignals(places: readonly SignalPlace[], text: Buffer, speaker: Speaker): InjectionReport {
	const reading = new Reading(text, speaker);
	let worst = NO_INJECTION;
	for (const place of [...places].sort((a, b) => a.to - b.to || a.from - b.from)) {
		if (!reading.take(place)) continue;
		const findings = reading.findingsNear(place.to);
		const risk = noisyOr(findings.map(({ score }) => score));
		if (risk > worst.risk) worst = { risk, findings };
	}
	return worst;
}

/** The signals of how a text is written; patterns find the others. */
export function writtenPlaces(text: string): readonly SignalPlace[] {
	return suffixSignals(text);
}

/** One minus the chance that none of these is so. */
export function noisyOr(chances: readonly number[]): number {
	return 1 - chances.reduce((none, chance) => none * (1 - chance), 1);
}

/** More would let an attack hide behind ordinary text: what is surer than 0.95 is 0.7 in a text of any length. */
const MAX_PLACES = 8;

/**
 * The risk of a text whose worst place looks like `risk`. A file that a tool returned has many places, and one of them looks
 * like an attack by chance: the odds are shared among a few of them.
 */
export function riskInLength(risk: number, bytes: number): number {
	const places = Math.min(MAX_PLACES, Math.max(1, bytes / WINDOW_BYTES));
	return risk / (risk + (1 - risk) * places);
}

/** What was read of one text so far. */
class Reading {
	readonly #text: Buffer;
	readonly #speaker: Speaker;
	/** The newest place of every signal, and how many there were. */
	readonly #last = new Map<SignalName, SignalPlace>();
	readonly #counts = new Map<SignalName, number>();
	/** By family, the strongest of late. */
	readonly #recent = new Map<number, InjectionFinding>();

	constructor(text: Buffer, speaker: Speaker) {
		this.#text = text;
		this.#speaker = speaker;
	}

	/** Whether it completes a rule. Places come in the order of their ends. */
	take(place: SignalPlace): boolean {
		const before = this.#last.get(place.signal);
		if (before === undefined || place.from >= before.to) this.#counts.set(place.signal, (this.#counts.get(place.signal) ?? 0) + 1);
		this.#last.set(place.signal, place);
		let isNew = false;
		for (const { family, rule } of BY_SIGNAL.get(place.signal) ?? []) {
			const score = scoreOf(rule, this.#speaker);
			const known = this.#recent.get(family);
			if (known !== undefined && known.score >= score && known.to > place.to - WINDOW_BYTES) continue;
			const span = this.#spanOf(rule, place);
			if (span === undefined) continue;
			this.#recent.set(family, { type: INJECTION_FAMILIES[family]?.type ?? "", score, ...span });
			isNew = true;
		}
		return isNew;
	}

	findingsNear(offset: number): InjectionFinding[] {
		return [...this.#recent.values()].filter(({ to }) => to > offset - WINDOW_BYTES);
	}

	/** Where the rule's signals stand together, the newest of them at `place`. */
	#spanOf({ together, atLeast, within, anywhere }: InjectionRule, place: SignalPlace): Pick<InjectionFinding, "from" | "to"> | undefined {
		let { from, to } = place;
		if (atLeast !== undefined) return (this.#counts.get(place.signal) ?? 0) >= atLeast ? { from, to } : undefined;
		for (const signal of together) {
			const other = this.#last.get(signal);
			if (other === undefined) return undefined;
			from = Math.min(from, other.from);
			to = Math.max(to, other.to);
		}
		if (to - from > (within ?? WITHIN_BYTES)) return undefined;
		const isOne = anywhere === true || together.length === 1 || !SENTENCE_END.test(this.#text.toString("utf8", from, to));
		return isOne ? { from, to } : undefined;
	}
}

export function speakerTrust(speaker: Speaker): number {
	return TRUST[speaker];
}

function scoreOf({ weight, foreign }: InjectionRule, speaker: Speaker): number {
	const isForeign = speaker === "foreign" || speaker === "definition";
	return (isForeign ? (foreign ?? weight) : weight) * TRUST[speaker];
}
