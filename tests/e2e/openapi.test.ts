import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { Proxy } from "../../src/proxy.ts";
import { endpointOf } from "../../src/routing/endpoints.ts";
import { startProxy } from "../support/proxy.ts";

/** docs/openapi.yaml, held against a running proxy. */
interface Operation {
	readonly requestBody?: {
		readonly content: { readonly "application/json": { readonly examples?: Readonly<Record<string, { readonly value: object }>> } };
	};
	readonly responses: Readonly<Record<string, object>>;
}

const document = parse(readFileSync("docs/openapi.yaml", "utf8"), { maxAliasCount: 1000 }) as {
	readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
};
const ajv = new Ajv2020({ strict: false, validateFormats: false });
ajv.addSchema({ ...document, $id: "openapi" });
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
	Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
);
const urlOf = (path: string): string => path.replace("{model}", "demo");
const OWN = new Set(["/health", "/livez", "/readyz", "/metrics"]);

let proxy: Proxy;
beforeAll(async () => {
	proxy = await startProxy({ demo: { type: "demo" } }, "", undefined, { server: { workers: 1, lane_deadline_ms: 60_000 } });
});
afterAll(() => proxy.drain());

/** Whether the answer is one that the operation describes. */
async function conforms(path: string, method: string, response: Response): Promise<void> {
	const pointer = (part: string): string => part.replaceAll("~", "~0").replaceAll("/", "~1");
	const operation = document.paths[path]?.[method.toLowerCase()];
	const described = operation?.responses[response.status];
	expect(Object.keys(operation?.responses ?? {})).toContain(String(response.status));
	const body = await response.text();
	const type = response.headers.get("content-type")?.split(";")[0] ?? "";
	if (type !== "application/json") return;
	const at = `#/paths/${pointer(path)}/${method.toLowerCase()}/responses/${response.status}`;
	const target = (described as { $ref?: string }).$ref ?? at;
	const validate = ajv.compile({ $ref: `openapi${target}/content/application~1json/schema` });
	expect(validate(JSON.parse(body)) || ajv.errorsText(validate.errors)).toBe(true);
}

const send = (path: string, method: string, body?: string): Promise<Response> =>
	fetch(`http://127.0.0.1:${proxy.port}${urlOf(path)}`, { method, ...(body !== undefined && { body }) });

test.each(operations)("$method $path is served, with that method only", async ({ path, method }) => {
	if (!OWN.has(path)) expect(endpointOf(urlOf(path), {})?.method).toBe(method);
	const other = await send(path, method === "GET" ? "PUT" : "GET");
	expect(other.status).toBe(405);
	expect(other.headers.get("allow")).toBe(method);
});

test("every route of the proxy stands in the file", () => {
	const source = readFileSync("src/routing/endpoints.ts", "utf8");
	expect([...source.matchAll(/\bpath: \/\^/g)].length).toBeLessThanOrEqual(operations.length);
	const apis = new Set(operations.flatMap(({ path }) => endpointOf(urlOf(path), {})?.api ?? []));
	const declared = [...source.matchAll(/api: "([\w-]+)" \}|^\t\tapi: "([\w-]+)",$/gm)].map(([, one, other]) => one ?? other);
	expect([...apis].sort()).toEqual([...new Set(declared)].sort());
});

const GETS = operations.filter(({ method }) => method === "GET");
test.each(GETS)("the answer to GET $path is as described", async ({ path }) => {
	await conforms(path, "GET", await send(path, "GET"));
});

describe("a body that is no JSON is answered as described", () => {
	test.each(operations.filter(({ method }) => method === "POST"))("$path", async ({ path }) => {
		const response = await send(path, "POST", "{");
		expect(response.status).toBe(400);
		await conforms(path, "POST", response);
	});
});

const EXAMPLES = operations.flatMap(({ path, operation }) =>
	Object.entries(operation.requestBody?.content["application/json"].examples ?? {}).map(([name, { value }]) => ({ path, name, value })),
);
test.each(EXAMPLES)("the example '$name' of $path is answered as described", async ({ path, value }) => {
	const response = await send(path, "POST", JSON.stringify(value));
	expect(response.status).toBe(200);
	await conforms(path, "POST", response);
});

test("chat completions, streamed and whole, carry the security headers", async () => {
	for (const stream of [true, false]) {
		const body = JSON.stringify({ model: "demo", stream, messages: [{ role: "user", content: "hello" }] });
		const response = await send("/v1/chat/completions", "POST", body);
		expect(response.headers.get("x-security-action")).toBe("allow");
		expect(response.headers.get("x-security-score")).toMatch(/^[01]\.\d\d$/);
		await conforms("/v1/chat/completions", "POST", response);
	}
});
