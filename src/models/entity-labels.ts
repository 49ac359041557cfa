/** What the model tells apart. Places (cities, countries) are no finding: knowing them keeps them from being taken for names. */
export const ENTITIES = ["person", "address", "organization", "place"] as const;
export type Entity = (typeof ENTITIES)[number];

/** Label 0 is no entity; 1 + 2e begins entity e, 2 + 2e goes on in it. */
export const LABELS = 1 + 2 * ENTITIES.length;
/** Log weight of what cannot follow. */
export const NEVER = -1e4;

/** Whether one label may follow another. `before` is `LABELS` at the start of the text. */
function mayFollow(before: number, label: number): boolean {
	if (label === 0 || label % 2 === 1) return true;
	return before === label || before === label - 1;
}

/** Transitions with what the scheme forbids filled in. */
export function withForbidden(transitions: Float32Array): Float64Array {
	return Float64Array.from(transitions, (weight, i) => (mayFollow(Math.floor(i / LABELS), i % LABELS) ? weight : NEVER));
}
