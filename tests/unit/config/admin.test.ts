import { expect, test } from "vitest";
import { parseConfig } from "../../../src/config/load.ts";

const load = (admin: string): ReturnType<typeof parseConfig> =>
	parseConfig(`security: { auth: { mode: api_key, keys_file: ./data/keys.json } }\nadmin: { keys_file: "${admin}" }`, {});

test("the file of client keys cannot be that of administrators, however it is written", () => {
	for (const file of ["./data/keys.json", "data/../data/keys.json"])
		expect(load(file)).toMatchObject({ ok: false, faults: [{ path: "admin.keys_file", message: expect.stringContaining("client keys") }] });
	expect(load("./data/administrators.json").ok).toBe(true);
	expect(load("").ok).toBe(true);
});
