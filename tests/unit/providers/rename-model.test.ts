import { expect, test } from "vitest";
import { nameModel, renameModel } from "../../../src/providers/rename-model.ts";

test.each([
	['{ "model" : "fast", "n":1.0 }', '{ "model" : "b\\"x", "n":1.0 }'],
	['{"mod\\u0065l":"fast"}', '{"mod\\u0065l":"b\\"x"}'],
	[
		'{"model":"fast","tools":[{"model":"fast"}],"metadata":{"model":"fast"}}',
		'{"model":"b\\"x","tools":[{"model":"fast"}],"metadata":{"model":"fast"}}',
	],
	['{"requests":[{"model":"models/fast"},{"model":"models/fast"}]}', '{"requests":[{"model":"models/b\\"x"},{"model":"models/b\\"x"}]}'],
	['{"generateContentRequest":{"model":"models/fast"}}', '{"generateContentRequest":{"model":"models/b\\"x"}}'],
	['{"contents":[]}', '{"contents":[]}'],
])("only the name of the model changes: %s", (json, renamed) => {
	expect(renameModel(json, 'b"x')).toBe(renamed);
});

test.each([
	['{ "model" : "fast", "n":1.0 }', '{ "model" : "b\\"x", "n":1.0 }'],
	['{"model":null,"tools":[{"model":"fast"}]}', '{"model":"b\\"x","tools":[{"model":"fast"}]}'],
	['{"n":1,"model":{"a":["b"]}}', '{"n":1,"model":"b\\"x"}'],
	[' {"messages":[{}]}', ' {"model":"b\\"x","messages":[{}]}'],
])("a request that names no model gets one: %s", (json, named) => {
	expect(nameModel(json, 'b"x')).toBe(named);
});
