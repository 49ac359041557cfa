import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AST, parseRegExpLiteral } from "@eslint-community/regexpp";
import { Validator } from "@seriousme/openapi-schema-validator";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { Proxy } from "../../src/proxy.ts";
import { endpointOf } from "../../src/routing/endpoints.ts";
import { PROBES } from "../../src/session/front-route.ts";
import { addKey } from "../support/keys.ts";
import { startProxy } from "../support/proxy.ts";

/** docs/openapi.yaml, held against a running proxy. */
interface Operation {
	readonly requestBody?: {
		/** A form has no example. */
		readonly content: { readonly "application/json"?: { readonly examples?: Readonly<Record<string, { readonly value: object }>> } };
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
const urlOf = (path: string): string => path.replace("{model}", "demo").replace("{subject}", "jwt:alice");
const CONSENTS = "/admin/consents/{subject}";
const OWN = new Set(["/health", "/livez", "/readyz", "/metrics", CONSENTS]);

let proxy: Proxy;
let administrator: string;
beforeAll(async () => {
	const dir = mkdtempSync(join(tmpdir(), "openapi-"));
	const keys = join(dir, "administrators.json");
	administrator = await addKey(keys);
	const yaml = `admin: { keys_file: "${keys}" }\nsecurity: { consent: { file: "${join(dir, "consents.json")}" } }`;
	proxy = await startProxy({ demo: { type: "demo" } }, yaml, undefined, { server: { workers: 1, lane_deadline_ms: 60_000 } });
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
	fetch(`http://127.0.0.1:${proxy.port}${urlOf(path)}`, {
		method,
		...(path === CONSENTS && { headers: { authorization: `Bearer ${administrator}` } }),
		...(body !== undefined && { body }),
	});

test("the file is a valid OpenAPI 3.1 document whose references all lead somewhere", async () => {
	const validator = new Validator();
	expect(await validator.validate("docs/openapi.yaml")).toEqual({ valid: true });
	expect(validator.version).toBe("3.1");
	expect(() => validator.resolveRefs()).not.toThrow();
});

test.each(Object.entries(document.paths))("%s is served, with its methods only", async (path, described) => {
	const methods = Object.keys(described).map((method) => method.toUpperCase());
	if (!OWN.has(path)) expect([endpointOf(urlOf(path), {})?.method]).toEqual(methods);
	const other = await send(path, methods.includes("GET") ? "PATCH" : "GET");
	expect(other.status).toBe(405);
	expect(other.headers.get("allow")).toBe(methods.join(", "));
});

test("every route of the proxy stands in the file", () => {
	const patterns = [...readFileSync("src/routing/endpoints.ts", "utf8").matchAll(/\bpath: (\/\^.*\$\/),?( method|$)/gm)];
	expect(patterns.length).toBeGreaterThan(10);
	const served = patterns.flatMap(([, literal = ""]) => spelled(parseRegExpLiteral(literal).pattern.alternatives));
	expect([...new Set([...served, ...PROBES.keys(), CONSENTS])].sort()).toEqual(Object.keys(document.paths).sort());
});

/** Every text that a pattern of a route stands for, with `{model}` where any name may be. */
function spelled(alternatives: readonly AST.Alternative[]): string[] {
	return alternatives.flatMap(({ elements }) =>
		elements.reduce((heads, element) => heads.flatMap((head) => textsOf(element).map((tail) => head + tail)), [""]),
	);
}

function textsOf(element: AST.Element): string[] {
	switch (element.type) {
		case "Character":
			return [String.fromCodePoint(element.value)];
		case "Assertion":
			return [""];
		case "Group":
		case "CapturingGroup":
			return spelled(element.alternatives);
		case "Quantifier":
			if (element.element.type === "CharacterClass") return ["{model}"];
			return element.min === 0 ? ["", ...textsOf(element.element)] : textsOf(element.element);
		default:
			throw new Error(`A route has a ${element.type} in its pattern: say here what it stands for.`);
	}
}

const GETS = operations.filter(({ method }) => method === "GET");
test.each(GETS)("the answer to GET $path is as described", async ({ path }) => {
	await conforms(path, "GET", await send(path, "GET"));
});

describe("a body that is no JSON is answered as described", () => {
	test.each(operations.filter(({ method }) => method === "POST" || method === "PUT"))("$path", async ({ path, method }) => {
		const response = await send(path, method, "{");
		expect(response.status).toBe(400);
		await conforms(path, method, response);
	});
});

const EXAMPLES = operations.flatMap(({ path, method, operation }) =>
	Object.entries(operation.requestBody?.content["application/json"]?.examples ?? {}).map(([name, { value }]) => ({
		path,
		method,
		name,
		value,
	})),
);
test.each(EXAMPLES)("the example '$name' of $path is answered as described", async ({ path, method, value }) => {
	const response = await send(path, method, JSON.stringify(value));
	expect(response.status).toBe(200);
	await conforms(path, method, response);
});

test("consents are shown and revoked as described", async () => {
	for (const method of ["GET", "DELETE", "GET"]) {
		const response = await send(CONSENTS, method);
		expect(response.status).toBe(200);
		await conforms(CONSENTS, method, response);
	}
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
