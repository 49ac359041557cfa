import type { Text } from "../../injection/corpus.ts";
import { seededRandom } from "../../injection/random.ts";
import { HARMS } from "../categories.ts";
import { HARMFUL } from "./harmful-phrases.ts";
import { PEOPLE } from "./people.ts";
import { REFUSALS, SAFE, SUBJECTS } from "./safe-phrases.ts";

const SEED = 16;
const PER_HARM = 80;
const SAFE_TEXTS = 1200;
const PEOPLE_SHARE = 0.8;

/** Texts of the project's own, put together by chance from its phrases: the same ones every time. */
export function ownTexts(): Text[] {
	const random = seededRandom(SEED);
	const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
	const own = { lang: "en", set: "own", licence: "Apache-2.0", categories: [], payload: undefined };
	const safe = (): string => pick(SAFE).replaceAll("{}", pick(SUBJECTS));
	const texts: Text[] = [];
	for (const harm of HARMS) {
		const { phrases, objects } = HARMFUL[harm];
		const phrase = (): string => capital(pick(phrases).replaceAll("{}", pick(objects)));
		for (let i = 0; i < PER_HARM; i++)
			texts.push({
				...own,
				id: `own-${harm}-${i}`,
				kind: `own-${harm}`,
				label: 1,
				text: i % 3 === 0 ? `${phrase()} ${phrase()}` : phrase(),
			});
	}
	for (let i = 0; i < SAFE_TEXTS; i++)
		texts.push({ ...own, id: `own-safe-${i}`, kind: "own-safe", label: 0, text: i % 3 === 0 ? `${safe()} ${safe()}` : safe() });
	const people = peopleTexts().filter(() => random() < PEOPLE_SHARE);
	return [...texts, ...people.map((draft) => ({ ...own, ...draft }))];
}

/** Everything that is said of every group. */
function peopleTexts(): Pick<Text, "id" | "lang" | "kind" | "label" | "text">[] {
	return Object.entries(PEOPLE).flatMap(([lang, { groups, says }]) =>
		groups.flatMap((group, i) =>
			says.map((said, j) => ({
				id: `own-people-${lang}-${i}-${j}`,
				lang,
				kind: "own-people",
				label: 0,
				text: capital(said.replaceAll("{}", group)),
			})),
		),
	);
}

/** What a good answer to harmful requests says: fine, though it repeats the wish. Half of the requests. */
export function refusalsOf(requests: readonly Text[]): Text[] {
	const random = seededRandom(SEED);
	return requests.flatMap((request) => {
		const refusal = REFUSALS[Math.floor(random() * REFUSALS.length * 2)];
		if (refusal === undefined) return [];
		return [{ ...request, id: `${request.id}-refused`, label: 0, text: refusal.replace("{}", () => request.text) }];
	});
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
