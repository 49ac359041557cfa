import { once } from "node:events";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import axe from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Proxy } from "../../src/proxy.ts";
import { openBrowser } from "../support/browser.ts";
import { post } from "../support/chat-client.ts";
import { CommandLine, type Ran } from "../support/command-line.ts";
import { startChatUpstream } from "../support/mock-upstream.ts";
import { startProxy } from "../support/proxy.ts";

let line: CommandLine;
const dir = mkdtempSync(join(tmpdir(), "audit-"));
const report = (...words: string[]): Promise<Ran> => line.run(["report", "--dir", dir, ...words]);

beforeAll(async () => {
	CommandLine.build();
	line = new CommandLine();
	const upstream = await startChatUpstream(["Write to jane.doe", "@example.com today."]);
	const proxy = await startProxy(upstream.url, `audit: { dir: "${dir}" }`);
	const ask = (model: string, content: string): Promise<unknown> =>
		post(proxy.port, JSON.stringify({ model, stream: true, messages: [{ role: "user", content }] }));
	await ask("gpt-x", "phone (415) 555-2671");
	await ask("gpt-x", "hello");
	await ask("<script>alert(1)</script>|x", "hello");
	await fetch(`http://127.0.0.1:${proxy.port}/nowhere`);
	await proxy.drain();
	upstream.close();
});
afterAll(() => line.close());

test("a report says what was asked, decided, found and refused, how long it took, and that the trail is whole", async () => {
	const file = join(line.folder, "report.json");
	expect(await report("--out", file)).toMatchObject({ code: 0 });
	const data = JSON.parse(readFileSync(file, "utf8"));
	expect(data).toMatchObject({
		requests: 3,
		refusals: 1,
		outcomes: [["complete", 3]],
		refusalReasons: [["route_not_found", 1]],
		promptFindings: [["phone", 1]],
		responseFindings: [["email", 3]],
		latency: { durationMs: { p50: expect.any(Number), p99: expect.any(Number) } },
		policies: [{ name: "default", requests: 3 }],
		policyChanges: [{ log: "local", event: "start", version: expect.stringMatching(/^[0-9a-f]+$/) }],
		logs: [{ log: "local", faults: [] }],
	});
	expect(data.days).toHaveLength(new Set(data.days.map(({ day }: { day: string }) => day)).size);
	expect(data.actions).toContainEqual(["redact", 1]);
	const { out, code } = await report("--from", "1h");
	expect([code, out.split("\n")[2]]).toEqual([0, expect.stringContaining("3 requests, 1 refused")]);
	expect(out).not.toContain("<script>");
	expect(out).toMatch(/## Policy changes[\s\S]*\| local \| start \| [0-9a-f]+ \|/);
	expect(out).toMatch(/## Evidence of controls[\s\S]*\| redaction before the provider \| requests that were redacted \| 1 \|/);
});

test("what operators did counts as evidence, and a start with the same policy is no change of it", async () => {
	const trail = mkdtempSync(join(tmpdir(), "audit-"));
	const proxy = (yaml = ""): Promise<Proxy> => startProxy("http://127.0.0.1:9", `audit: { dir: "${trail}" }\n${yaml}`);
	for (const yaml of ["", "", "security: { pii_protection: { block_types: [ssn] } }"]) {
		const started = await proxy(yaml);
		await post(started.port, JSON.stringify({ model: "m", messages: [{ role: "user", content: "123-45-6789" }] }));
		await started.drain();
	}
	expect((await line.run(["audit", "erase", "--dir", trail, "--subject", "address:127.0.0.1"])).code).toBe(0);
	const { out } = await line.run(["report", "--dir", trail]);
	expect(out).toContain("| right to erasure | erasures | 1 |");
	expect(out).toContain("| change of policy | changes, each with its version | 2 |");
	expect(out).toContain("| tamper evidence | logs verified and sound | 2 |");
});

test.each([
	[["--from", "2099-01-01"], /--from \(2099-01-01T00:00:00.000Z\) must lie before now/],
	[["--from", "2026-01-02", "--to", "2026-01-01"], /must lie before --to/],
	[["--out", "/nonexistent/report.html"], /cannot be written \(ENOENT\).*--out/],
])("a report that cannot be made, %j, says why", async (words, reason) => {
	expect(await report(...words)).toMatchObject({ code: 2, err: expect.stringMatching(reason) });
});

describe("the page, in a browser", () => {
	const file = (): string => join(line.folder, "report.html");
	/** What the page said, and every address that it asked for. */
	const said: string[] = [];
	const asked: string[] = [];
	let browser: Browser;
	let page: Page;
	beforeAll(async () => {
		expect(await report("--out", file())).toMatchObject({ code: 0 });
		browser = await openBrowser();
		page = await browser.newPage();
		page.on("console", (message) => said.push(message.text()));
		page.on("pageerror", (error) => said.push(error.message));
		page.on("request", (request) => asked.push(request.url()));
		await page.goto(pathToFileURL(file()).href);
	});
	afterAll(() => browser?.close());

	test("has every row of the report and its charts; what requests named is only text in it", async () => {
		const { out } = await report();
		const rows = out.split("\n").flatMap((row) => (/^\| (?!---)(.*) \|$/.exec(row)?.[1] ?? "").split(" | ").slice(0, 1).filter(Boolean));
		const shown = await page.locator("tr > :first-child").allTextContents();
		expect(rows.length).toBeGreaterThan(30);
		expect(shown).toEqual(rows.map((cell) => cell.replace(/\\(.)/g, "$1")));
		expect(shown).toContain("<script>alert(1)</script>|x");
		expect(await page.getByRole("img").count()).toBeGreaterThan(3);
		expect(await page.getByRole("img", { name: "Chart: Found in answers" }).textContent()).toContain("email");
		expect(await page.content()).not.toMatch(/jane|555-2671/);
	});

	test.each(["light", "dark"] as const)("can be read by everybody on a %s screen, in print and on a phone", async (colorScheme) => {
		await page.emulateMedia({ colorScheme });
		await page.evaluate(axe.source);
		const { violations, passes } = (await page.evaluate("axe.run()")) as axe.AxeResults;
		expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
		expect(passes.map(({ id }) => id)).toContain("color-contrast");
		const { ground, drawn } = (await page.evaluate(DRAWN)) as { readonly ground: string; readonly drawn: readonly string[] };
		expect(luminance(ground) < 0.5).toBe(colorScheme === "dark");
		expect(drawn.filter((color) => contrast(color, ground) < 3)).toEqual([]);
		expect(drawn.length).toBeGreaterThan(20);
		const printed = await page.pdf();
		expect(printed.subarray(0, 5).toString()).toBe("%PDF-");
		await page.emulateMedia({ media: "print" });
		expect(luminance(((await page.evaluate(DRAWN)) as { readonly ground: string }).ground)).toBe(1);
		await page.emulateMedia({ media: "screen" });
		await page.setViewportSize({ width: 320, height: 600 });
		expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(320);
		await page.setViewportSize({ width: 1280, height: 720 });
	});

	test("asks for nothing but itself, and lets nothing out, whatever has got into it", async () => {
		expect(asked).toEqual([pathToFileURL(file()).href]);
		expect(said).toEqual([]);
		const arrived: (string | undefined)[] = [];
		const outside = createServer(({ url }, response) => {
			arrived.push(url);
			response.end();
		}).listen(0, "127.0.0.1");
		await once(outside, "listening");
		const barred = (await page.evaluate(`(${INTRUDERS})(${(outside.address() as AddressInfo).port})`)) as readonly string[];
		expect([...new Set(barred)].sort()).toEqual(["connect-src", "form-action", "img-src", "script-src-elem"]);
		// For a form Chromium opens a connection before it asks the policy, and sends nothing over it.
		expect(arrived).toEqual([]);
		outside.close();
	});
});

/** The ground of the page and the colours of everything that is drawn in its charts, lines of the grid excepted. */
const DRAWN = `(() => {
	const probe = document.body.appendChild(Object.assign(document.createElement("p"), { style: "background: Canvas" }));
	const ground = getComputedStyle(probe).backgroundColor;
	probe.remove();
	const drawn = [...document.querySelectorAll("svg :is(path, text)")].filter((one) => one.getAttribute("fill-opacity") !== "0");
	return { ground, drawn: drawn.map((one) => getComputedStyle(one).fill).filter((fill) => fill !== "none") };
})()`;

/** What a name that was not escaped could do: the directives that stopped it. */
const INTRUDERS = `(async (port) => {
	const barred = [];
	document.addEventListener("securitypolicyviolation", ({ effectiveDirective }) => barred.push(effectiveDirective));
	const address = "http://127.0.0.1:" + port + "/";
	document.body.append(
		Object.assign(document.createElement("img"), { src: address }),
		Object.assign(document.createElement("script"), { src: address }),
	);
	const form = document.body.appendChild(Object.assign(document.createElement("form"), { action: address }));
	form.submit();
	await fetch(address).catch(() => undefined);
	while (new Set(barred).size < 4) await new Promise((resolve) => setTimeout(resolve, 10));
	return barred;
})`;

/** WCAG 2.2, relative luminance of `rgb(r, g, b)`. */
function luminance(color: string): number {
	const [r = 0, g = 0, b = 0] = (color.match(/[\d.]+/g) ?? []).map((value) => {
		const share = Number(value) / 255;
		return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
	});
	return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one: string, other: string): number {
	const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
	return (lighter + 0.05) / (darker + 0.05);
}

test("a period of which there is nothing has no chart of it", async () => {
	const out = join(line.folder, "empty.html");
	expect(await report("--from", "2001-01-01", "--to", "2001-01-02", "--out", out)).toMatchObject({ code: 0 });
	expect(readFileSync(out, "utf8")).not.toContain("<svg");
});

test("a trail that was changed is said to be so, and wrong options are explained", async () => {
	const file = join(dir, "local", "000000000000000.jsonl");
	const sound = readFileSync(file, "utf8");
	writeFileSync(file, sound.replace('"phone":1', '"phone":0'));
	expect(await report()).toMatchObject({ code: 1, out: expect.stringContaining("NOT SOUND") });
	writeFileSync(file, sound);
	expect(await report("--out", "report.pdf")).toMatchObject({ code: 2, err: expect.stringContaining(".html, .md or .json") });
	expect(await report("--from", "soon")).toMatchObject({ code: 2, err: expect.stringContaining("24h") });
	const config = line.file("config.yaml", `llm_providers: { demo: { type: demo } }\naudit: { dir: "${dir}" }\n`);
	expect(await line.run(["report", "--config", config])).toMatchObject({
		code: 0,
		out: expect.stringContaining("The audit trail is whole"),
	});
	expect(await line.run(["report", "--dir", "/nowhere"])).toMatchObject({ code: 2, err: expect.stringContaining("--dir") });
});
