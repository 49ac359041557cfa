import { sourceOf, type Text } from "./corpus.ts";
import { seededRandom } from "./random.ts";

/** Sources that are variants of one origin: left out together. */
const SAME_ORIGIN: readonly (readonly string[])[] = [
	["injection-direct/spikee", "injection-indirect/spikee-doc", "injection-indirect/spliced"],
	["injection-direct/cyberseceval", "injection-indirect/cyberseceval"],
	["injection-direct/hinglish", "injection-direct/hinglish-clean"],
	["injection-direct/giskard", "injection-direct/openai-guardrails-demo"],
	["harm-text/hatecheck", "harm-text/multi-hatecheck"],
	["harm-text/civil-comments-toxic", "harm-text/civil-comments-nontoxic"],
];

const SEED = 11;

/** Part of the texts is judged by a model that learns the rest. */
export interface Fold {
	/** Of the attacks that are left out. */
	readonly origin: string;
	readonly judged: readonly Text[];
	isLearned(text: Text): boolean;
}

/**
 * Leave one source out: every fold leaves out all of one origin of attacks, and of the benign texts of other origins a
 * share by chance. So each text is judged once: attacks by a model that has seen nothing of where they come from.
 */
export function leaveOneSourceOut(texts: readonly Text[]): Fold[] {
	const attacks = [...new Set(texts.filter(({ label, set }) => label === 1 && set !== "own").map(originOf))];
	const random = seededRandom(SEED);
	const foldOf = new Map<Text, number>();
	for (const text of texts) {
		const share = Math.floor(random() * attacks.length);
		const own = attacks.indexOf(originOf(text));
		if (text.set !== "own") foldOf.set(text, own >= 0 ? own : share);
	}
	return attacks.map((origin, fold) => ({
		origin,
		judged: texts.filter((text) => foldOf.get(text) === fold),
		isLearned: (text) => foldOf.get(text) !== fold,
	}));
}

/** Sources with one origin have one name. */
export function originOf(text: Text): string {
	const source = sourceOf(text);
	return SAME_ORIGIN.find((sources) => sources.includes(source))?.[0] ?? source;
}
