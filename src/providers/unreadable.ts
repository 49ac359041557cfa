import { type JsonPath, jsonFault, MAX_JSON_DEPTH } from "../wire/json-strings.ts";
import { parameterOf } from "./parameter-of.ts";

/** What our errors repeat of a path: names, and not many. */
const PLAIN = /^[\w-]{1,64}$/;
const MAX_STEPS = 8;

/** What is wrong with a request's JSON that no field reader reads, and the member where it can be named. */
export function unreadable(json: string): { readonly message: string; readonly param: string | null } {
	const fault = jsonFault(json);
	switch (fault?.kind) {
		case "deep":
			return { message: `The request body is nested deeper than ${MAX_JSON_DEPTH} levels. Flatten it.`, param: null };
		case "twice": {
			const param = isPlain(fault.path) ? parameterOf(fault.path) : null;
			const name = param === null ? "A member of an object" : `'${param}'`;
			return { message: `${name} is there twice, and servers do not agree on which of the two counts. Send it once.`, param };
		}
		default:
			return {
				message:
					"A member of the request body is named like one of the API's, in another case or with numbers in place of a list, and servers do not agree on whether it counts. Write it as the API has it.",
				param: null,
			};
	}
}

function isPlain(path: JsonPath): boolean {
	return path.length <= MAX_STEPS && path.every((step) => PLAIN.test(String(step)));
}
