import { parsePartialJson } from "@langchain/core/output_parsers";
import { expect, test } from "vitest";
import { JSON_BREAK } from "../../../src/providers/json-break.ts";

/** Everywhere in JSON where arguments may be cut. */
test.each([
	"",
	"{",
	'{"',
	'{"to',
	'{"to"',
	'{"to":',
	'{"to":"',
	'{"to":"jane',
	'{"to":"jane\\',
	'{"to":"jane"',
	'{"to":"jane",',
	'{"n":12',
	'{"all":[',
	'{"all":["a",{"b":"c',
	'{"to":"jane"}',
])("arguments that end in %s are no call for any reader", (cut) => {
	expect(() => JSON.parse(cut + JSON_BREAK)).toThrow();
	expect(parsePartialJson(cut + JSON_BREAK)).toBeNull();
});
