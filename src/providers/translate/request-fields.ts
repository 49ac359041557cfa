import type { UntranslatableField } from "../../core/translation.ts";
import { isObject, type JsonObject } from "../json-object.ts";

/** Thrown within a translation and caught at its door: a field that has no counterpart. */
export class Untranslatable extends Error {
	readonly param: string;

	constructor(param: string, message: string) {
		super(`'${param}' ${message}`);
		this.param = param;
	}
}

/** Runs a translation; its `Untranslatable` becomes a value. */
export function translated<T>(translate: () => T): T | UntranslatableField {
	try {
		return translate();
	} catch (error) {
		if (!(error instanceof Untranslatable)) throw error;
		return { ok: false, param: error.param, message: error.message };
	}
}

/** The members of an object that are said: null and absent are the same in every vendor's API. */
export function said(object: JsonObject): Map<string, unknown> {
	return new Map(Object.entries(object).filter(([, value]) => value != null));
}

/** Refuses every member that no rule has taken. */
export function refuseRest(members: ReadonlyMap<string, unknown>, taken: ReadonlySet<string>, at: string, vendor: string): void {
	for (const name of members.keys()) {
		if (!taken.has(name))
			throw new Untranslatable(`${at}${name}`, `cannot be translated for ${vendor}, which serves this model. Leave it out.`);
	}
}

export function listOf(value: unknown, param: string): readonly unknown[] {
	if (!Array.isArray(value)) throw new Untranslatable(param, "must be an array.");
	return value;
}

export function objectAt(value: unknown, param: string): JsonObject {
	if (!isObject(value)) throw new Untranslatable(param, "must be an object.");
	return value;
}

export function stringAt(value: unknown, param: string): string {
	if (typeof value !== "string") throw new Untranslatable(param, "must be a string.");
	return value;
}
