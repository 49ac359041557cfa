import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";

const PAGES = [".", "docs", "bench"].flatMap((folder) =>
	readdirSync(folder)
		.filter((name) => name.endsWith(".md"))
		.map((name) => join(folder, name)),
);

const proseOf = (page: string): string => readFileSync(page, "utf8").replace(/^```[\s\S]*?^```/gm, "");

/** The names of a page's headings, as GitHub makes them. */
function anchorsOf(page: string): string[] {
	const headings = [...proseOf(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) => heading);
	return headings.map((heading) =>
		heading
			.toLowerCase()
			.replace(/[^\p{L}\p{N} _-]/gu, "")
			.replaceAll(" ", "-"),
	);
}

const LINKS = PAGES.flatMap((page) =>
	[...proseOf(page).matchAll(/\]\((?!https?:)([^)\s#]*)(?:#([^)\s]*))?\)/g)].map(([link, path = "", anchor]) => ({
		link: `${page}: ${link}`,
		file: path === "" ? page : join(dirname(page), path),
		anchor,
	})),
);

test("every link in the documentation leads to a file, and to a heading where it names one", () => {
	expect(LINKS.filter(({ anchor }) => anchor !== undefined).length).toBeGreaterThan(5);
	const wrong = LINKS.filter(({ file, anchor }) => !existsSync(file) || (anchor !== undefined && !anchorsOf(file).includes(anchor)));
	expect(wrong.map(({ link }) => link)).toEqual([]);
});

/** Names of files, and in the pages about the code of types and functions, as pages write them. */
const namesIn = (page: string): string[] => [...proseOf(page).matchAll(/`([\w./-]+)`/g)].map(([, name = ""]) => name);
const FILES = ["src", "tests", "script", "bench", "native", "models", "deploy"].flatMap((folder) =>
	readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => join(folder, name)),
);

test("every source file that a page names is there", () => {
	const named = PAGES.flatMap((page) =>
		namesIn(page)
			.filter((name) => /[a-z]\.(?:ts|h|cc|mjs|cfg)$|^(?:src|tests|script|bench|native|models)\//.test(name))
			.map((name) => ({ page, name })),
	);
	expect(named.length).toBeGreaterThan(60);
	const isThere = (name: string): boolean =>
		FILES.some((file) => `/${file}/`.includes(`/${name}/`.replace("//", "/")) || `/${file}`.includes(`/${name}.`));
	expect(named.filter(({ name }) => !isThere(name))).toEqual([]);
});

test("every type and function that the pages about the code name is in it", () => {
	const code = FILES.filter((file) => /^(?:src|native|tests)\/.*\.(?:ts|mjs|h|cc)$/.test(file))
		.map((file) => readFileSync(file, "utf8"))
		.join("\n");
	const named = ["ARCHITECTURE.md", "docs/inspection.md", "docs/decisions.md"]
		.flatMap(namesIn)
		.filter((name) => /^[A-Za-z]+[A-Z]\w*$/.test(name));
	expect(named.length).toBeGreaterThan(40);
	expect(named.filter((name) => !code.includes(name))).toEqual([]);
});

test("every page of docs/ can be reached from README", () => {
	const reached = new Set(["README.md"]);
	for (const page of reached)
		for (const { link, file } of LINKS) if (link.startsWith(`${page}:`) && file.endsWith(".md")) reached.add(file);
	expect(PAGES.filter((page) => page.startsWith("docs") && !reached.has(page))).toEqual([]);
});
