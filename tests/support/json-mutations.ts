import fc from "fast-check";

/** One change somewhere in a JSON value. */
export interface Mutation {
	/** Which of the members and elements, counted through. */
	readonly at: number;
	readonly kind: "replace" | "remove" | "add";
	readonly value: unknown;
}

/** Changes that put anything anywhere, `planted` more often than not. */
export function mutations(planted: string): fc.Arbitrary<Mutation[]> {
	const anything = fc.oneof(
		fc.jsonValue({ maxDepth: 3 }),
		fc.constantFrom<unknown>(planted, { [planted]: 1 }, [planted], { text: planted, type: "text", index: -1 }, "[DONE]"),
	);
	const kind = fc.constantFrom("replace" as const, "remove" as const, "add" as const);
	return fc.array(fc.record({ at: fc.nat(), kind, value: anything }), { minLength: 1, maxLength: 4 });
}

/** A copy with the changes made. */
export function mutate(root: unknown, changes: readonly Mutation[]): unknown {
	return changes.reduce<unknown>((json, change) => changed(structuredClone(json), change), root);
}

function changed(root: unknown, { at, kind, value }: Mutation): unknown {
	const holders = membersOf(root);
	const found = holders[at % Math.max(1, holders.length)];
	if (found === undefined) return value;
	const [holder, name] = found;
	if (kind === "replace") holder[name] = value;
	else if (kind === "add") holder["added"] = value;
	else delete holder[name];
	return root;
}

function membersOf(node: unknown): [Record<string, unknown>, string][] {
	if (typeof node !== "object" || node === null) return [];
	const holder = node as Record<string, unknown>;
	return Object.keys(holder).flatMap((name) => [[holder, name], ...membersOf(holder[name])] as [Record<string, unknown>, string][]);
}
