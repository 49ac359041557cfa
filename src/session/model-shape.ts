import type { Vendor } from "../core/api.ts";

/** A model as some provider lists it. */
export interface ListedModel {
	readonly id: string;
	readonly owner: string;
	/** Seconds since 1970; 0: unknown. */
	readonly created: number;
	readonly displayName?: string;
	/** What an OpenAI-compatible server says of it. */
	readonly details?: Readonly<Record<string, unknown>>;
}

/** A `Date` goes no further. */
const MOST_SECONDS = 8.64e12;

type Members = Readonly<Record<string, unknown>>;

/** Any vendor's list. Undefined when it is none. `provider`: the owner where the list names none. */
export function parseModels(json: string, provider: string): ListedModel[] | undefined {
	let root: Members | null;
	try {
		root = JSON.parse(json) as Members | null;
	} catch {
		return undefined;
	}
	const entries = root?.["data"] ?? root?.["models"];
	if (!Array.isArray(entries)) return undefined;
	return entries.flatMap((entry: Members | null) => {
		const name = entry?.["id"] ?? entry?.["name"];
		if (entry === null || typeof name !== "string") return [];
		const { owned_by: owner, created, created_at: createdAt, display_name: title, displayName } = entry;
		const display = title ?? displayName;
		const seconds = typeof created === "number" ? created : Date.parse(String(createdAt)) / 1000;
		return [
			{
				id: name.replace(/^models\//, ""),
				owner: typeof owner === "string" ? owner : provider,
				created: Math.abs(seconds) <= MOST_SECONDS ? Math.floor(seconds) : 0,
				...(typeof display === "string" && { displayName: display }),
				...(entry["object"] === "model" && { details: entry }),
			},
		];
	});
}

/** The list as the vendor's clients read it. */
export function modelsBody(vendor: Vendor, models: readonly ListedModel[]): object {
	const all = models.map((model) => modelBody(vendor, model));
	switch (vendor) {
		case "openai":
			return { object: "list", data: all };
		case "anthropic":
			return { data: all, has_more: false, first_id: models[0]?.id ?? null, last_id: models.at(-1)?.id ?? null };
		case "gemini":
			return { models: all };
		default:
			return vendor satisfies never;
	}
}

export function modelBody(vendor: Vendor, { id, owner, created, displayName = id, details }: ListedModel): object {
	switch (vendor) {
		case "openai":
			return details ?? { id, object: "model", created, owned_by: owner };
		case "anthropic":
			return { type: "model", id, display_name: displayName, created_at: new Date(created * 1000).toISOString() };
		case "gemini":
			return { name: `models/${id}`, displayName, supportedGenerationMethods: ["generateContent", "countTokens"] };
		default:
			return vendor satisfies never;
	}
}
