import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { createContextFilter, execForm, parseDockerfile } from "../../../script/image/dockerfile.ts";

const INSTRUCTIONS = parseDockerfile(readFileSync("Dockerfile", "utf8"));

test("everything the Dockerfile copies from the context exists and is let in by .dockerignore", () => {
	const isSent = createContextFilter(readFileSync(".dockerignore", "utf8"));
	const sources = INSTRUCTIONS.filter(({ keyword, rest }) => keyword === "COPY" && !rest.startsWith("--from=")).flatMap(({ rest }) =>
		rest.split(/\s+/).slice(0, -1),
	);
	expect(sources).toContain("src");
	expect(sources.filter((source) => !existsSync(source) || !isSent(source))).toEqual([]);
	expect(["node_modules", "native/build/x.node", ".git", "data/audit"].filter(isSent)).toEqual([]);
});

test("every learned model of the package is in the image", () => {
	const { files } = JSON.parse(readFileSync("package.json", "utf8")) as { files: string[] };
	const models = files.filter((file) => file.startsWith("models/"));
	expect(models.length).toBeGreaterThan(1);
	const copied = INSTRUCTIONS.filter(({ keyword }) => keyword === "COPY").flatMap(({ rest }) => rest.split(/\s+/).slice(0, -1));
	expect(models.filter((model) => !copied.includes(model))).toEqual([]);
});

test("the image runs as a user with a number and checks its own health", () => {
	const last = INSTRUCTIONS.slice(INSTRUCTIONS.findLastIndex(({ keyword }) => keyword === "FROM"));
	const restOf = (keyword: string): string => last.find((instruction) => instruction.keyword === keyword)?.rest ?? "";
	expect(restOf("USER")).toMatch(/^[1-9]\d*:[1-9]\d*$/);
	expect(execForm(restOf("HEALTHCHECK"))).toContain("health");
	expect(execForm(restOf("CMD"))).toContain("config.yaml");
});

test("continuation lines are joined and comments dropped", () => {
	expect(parseDockerfile("# one\nRUN a \\\n# two\n && b\n\nUSER 1:1\n")).toEqual([
		{ keyword: "RUN", rest: "a   && b" },
		{ keyword: "USER", rest: "1:1" },
	]);
});
