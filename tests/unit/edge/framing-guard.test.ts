import { expect, test } from "vitest";
import { checkFraming } from "../../../src/edge/framing-guard.ts";

test("headers named like members of every object are headers like others", () => {
	const lines = [
		["host", "a"],
		["constructor", "b"],
		["constructor", "c"],
		["__proto__", "d"],
	] as const;
	const framing = checkFraming({ method: "GET", target: "/livez", lines }, 1024);
	expect(Object.entries((framing.ok && framing.headers) || {})).toEqual([
		["host", "a"],
		["constructor", "b, c"],
		["__proto__", "d"],
	]);
});
