import { expect, test } from "vitest";
import { parseConfig } from "../../../src/config/load.ts";

/** Made at run time: it must look like nothing that a scanner of this repository knows. */
const SECRET = ["zq9xwv", "7kjj3h"].join("");
const YAML = `server: { port: 8000 }
llm_providers:
  up: { type: openai, base_url: "https://up.example", api_key: "${SECRET}" }
  down:
    type: openai
    base_url: https://down.example
    api_key: ${SECRET}
shared_state: { redis_url: 'redis://:${SECRET}@redis:6379' }
`;
/** What YAML knows, and what people type by mistake. */
const TYPED = ["", ..."[]{}\"'\\:|>&*!?\n", ": "];

test("a slip anywhere in a file is said with its line and without what stands there", () => {
	let faulty = 0;
	for (let at = 0; at < YAML.length; at++)
		for (const typed of TYPED) {
			const text = YAML.slice(0, at) + typed + YAML.slice(typed === "" ? at + 1 : at);
			const loaded = parseConfig(text, {});
			if (loaded.ok) continue;
			faulty++;
			// What stands alone in the place of a key is said as one.
			const said = loaded.faults.filter(({ path }) => !path.endsWith(`.${SECRET}`));
			for (const { path, message, remedy } of said)
				expect({ text, message: path + message + remedy }).not.toEqual({ text, message: expect.stringMatching(/zq9x|7kjj/) });
		}
	expect(faulty).toBeGreaterThan(2000);
});

test.each([
	["|", /^Block scalar header includes extra characters at line 3, column \d+$/],
	["*", /^has an alias \(\*name\) that names nothing at line 3, column 14$/],
	["!", /^has a value that begins with !, which YAML takes for its type at line 3, column \d+$/],
	['"\\q', /^Invalid escape sequence at line 3, column \d+$/],
	["@", /^Plain value cannot start with reserved character @ at line 3, column \d+$/],
])("a secret behind %s is not quoted", (mark, message) => {
	const loaded = parseConfig(`llm_providers:\n  up:\n    api_key: ${mark}${SECRET}`, {});
	expect(loaded).toMatchObject({ ok: false });
	const [fault] = loaded.ok ? [] : loaded.faults;
	expect(fault?.message).toMatch(message);
});

test.each(["[*]", "[*-mini, gpt-*]", "\n    - gpt-*\n    - *-mini", "*"])(
	"a glob that is not in quotes is said where it stands, and what to do: %s",
	(globs) => {
		const loaded = parseConfig(`llm_providers:\n  up:\n    models: ${globs}\n`, {});
		const faults = loaded.ok ? [] : loaded.faults;
		expect(faults.length).toBeGreaterThan(0);
		expect(faults[0]).toMatchObject({
			message: expect.stringMatching(/\*.* at line [35], column \d+$/),
			remedy: expect.stringContaining("in quotes"),
		});
	},
);
