import { expect, test } from "vitest";
import { modelBody, parseModels } from "../../../src/session/model-shape.ts";

test.each([1e300, -1e300, 8.65e12, "soon", null])("a model that a provider dates %s is listed without a date", (created) => {
	const models = parseModels(JSON.stringify({ data: [{ id: "m", created }] }), "provider");
	expect(models).toMatchObject([{ id: "m", created: 0 }]);
	expect(models?.map((model) => modelBody("anthropic", model))).toMatchObject([{ created_at: "1970-01-01T00:00:00.000Z" }]);
});
