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

test("every page of docs/ can be reached from README", () => {
	const reached = new Set(["README.md"]);
	for (const page of reached)
		for (const { link, file } of LINKS) if (link.startsWith(`${page}:`) && file.endsWith(".md")) reached.add(file);
	expect(PAGES.filter((page) => page.startsWith("docs") && !reached.has(page))).toEqual([]);
});
