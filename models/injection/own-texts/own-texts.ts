import type { Text } from "../corpus.ts";
import { seededRandom } from "../random.ts";
import { ATTACKS_BY_LANGUAGE } from "./attack-languages.ts";
import { AUTHORITY, GOALS, NAMES, OVERRIDE_OBJECTS, OVERRIDE_SCOPES, OVERRIDE_VERBS, PERSONAS, SENTENCES } from "./attack-phrases.ts";
import { BENIGN_BY_LANGUAGE } from "./benign-languages.ts";
import { CARRIERS, NEAR_MISSES, SUBJECTS, TASKS } from "./benign-phrases.ts";
import { BENIGN_SENTENCES } from "./benign-sentences.ts";

const SEED = 6;
const COUNT = 3000;
const PER_LANGUAGE = 40;

type Choose = <T>(items: readonly T[]) => T;

/** Sentences of the project's own, put together by chance from its phrases: the same ones every time. */
export function ownTexts(): Text[] {
	const random = seededRandom(SEED);
	const pick: Choose = (items) => items[Math.floor(random() * items.length)] as (typeof items)[number];
	const drafts: Draft[] = [];
	for (let i = 0; i < COUNT; i++) drafts.push(...englishDrafts(i, pick));
	for (const lang of Object.keys(ATTACKS_BY_LANGUAGE)) drafts.push(...languageDrafts(lang, pick));
	return drafts.map((draft, i) => ({
		payload: undefined,
		...draft,
		id: `own-${i}`,
		lang: "",
		set: "own",
		licence: "Apache-2.0",
		categories: [],
	}));
}

type Draft = Pick<Text, "label" | "kind" | "text"> & { readonly payload?: string };

function englishDrafts(i: number, pick: Choose): Draft[] {
	const attack = dressed(attackOf(pick), pick);
	const nearMiss = (): string => pick(NEAR_MISSES).replace("{}", pick(SUBJECTS));
	return [
		[
			{ label: 1, kind: "own-attack", text: attack },
			{ label: 1, kind: "own-document", text: inDocument(attack, pick), payload: attack },
			{ label: 1, kind: "own-authority", text: pick(AUTHORITY) + attack },
		][i % 3] as Draft,
		{ label: 0, kind: "own-near-miss", text: dressed(nearMiss(), pick) },
		{ label: 0, kind: "own-short", text: dressed(pick(BENIGN_SENTENCES), pick) },
		...(i % 4 === 0 ? [{ label: 0, kind: "own-document", text: `${pick(TASKS)}\n${pick(CARRIERS)}` }] : []),
		...(i % 2 === 0 ? [{ label: 0, kind: "own-near-miss", text: `${nearMiss()} ${nearMiss()}` }] : []),
	];
}

function languageDrafts(lang: string, pick: Choose): Draft[] {
	const attacks = ATTACKS_BY_LANGUAGE[lang] ?? [];
	const others = BENIGN_BY_LANGUAGE[lang] ?? [];
	const kind = `own-${lang}`;
	return Array.from({ length: PER_LANGUAGE }, (_, i): Draft[] => {
		const attack = pick(attacks);
		return [
			{ label: 1, kind, text: i % 2 === 0 ? attack : `${attack} ${pick(attacks)}` },
			...(i % 4 === 0 ? [{ label: 1, kind, text: `${pick(others)} ${attack}`, payload: attack }] : []),
			{ label: 0, kind, text: i % 2 === 0 ? pick(others) : `${pick(others)} ${pick(others)}` },
		];
	}).flat();
}

function attackOf(pick: Choose): string {
	const override = `${pick(OVERRIDE_VERBS)} ${pick(OVERRIDE_SCOPES)} ${pick(OVERRIDE_OBJECTS)}`;
	const name = pick(NAMES);
	return pick([
		() => `${override} and ${pick(GOALS)}.`,
		() => `${override}. ${pick(GOALS)}.`,
		() => `Please ${override}. Instead ${pick(GOALS)}.`,
		() => `You must ${override} from now on and ${pick(GOALS)}.`,
		() => pick(PERSONAS).replaceAll("{name}", name),
		() => `${pick(PERSONAS).replaceAll("{name}", name)} ${pick(PERSONAS).replaceAll("{name}", name)} ${pick(SENTENCES)}`,
		() => `${pick(PERSONAS).replaceAll("{name}", name)} First question: ${pick(GOALS)}.`,
		() => pick(SENTENCES),
		() => pick(SENTENCES),
		() => `${pick(SENTENCES)} ${pick(SENTENCES)}`,
		() => `${pick(GOALS)}, please.`,
		() => `Could you ${pick(GOALS)}?`,
	])();
}

function inDocument(attack: string, pick: Choose): string {
	const carrier = pick(CARRIERS);
	const at = pick([0, carrier.length, carrier.indexOf(". ") + 2]);
	const wrapped = pick([attack, `\n${attack}\n`, ` <!-- ${attack} --> `, `\n\n${attack}`, ` [${attack}] `, `\n# ${attack}\n`]);
	const task = pick([`${pick(TASKS)}\n`, `${pick(TASKS)} `, ""]);
	return task + carrier.slice(0, at) + wrapped + carrier.slice(at);
}

/** The same words as people type them. */
function dressed(text: string, pick: Choose): string {
	return pick([
		() => text,
		() => text,
		() => text.charAt(0).toUpperCase() + text.slice(1),
		() => text.charAt(0).toUpperCase() + text.slice(1),
		() => text.toUpperCase(),
		() => text.toLowerCase().replaceAll(/[.,!?]/g, ""),
	])();
}
