import { expect, test } from "vitest";
import { shippedInjectionModel } from "../../../src/models/injection-model.ts";

test.each(["password", "secret", "reset without an answer", "reset without an answer please now", "Reset my password", "admin"])(
	"a few words are no attack to the model, whatever they weigh: %s",
	(text) => {
		expect(shippedInjectionModel().score(text)).toBeLessThan(0.7);
	},
);
