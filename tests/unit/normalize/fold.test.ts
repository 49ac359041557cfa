import { describe, expect, test } from "vitest";
import { foldCharacter } from "../../../src/normalize/fold-character.ts";
import { VIEWS } from "../../../src/normalize/views.ts";

const folded = (text: string): string => {
	const bytes: number[] = [];
	const view = VIEWS.find(({ name }) => name === "folded")?.open((byte) => bytes.push(byte));
	for (const [i, byte] of Buffer.from(text).entries()) view?.push(byte, i, i + 1);
	view?.finish();
	return Buffer.from(bytes).toString();
};

describe("the folded view", () => {
	test("reads the digits of every numbering system of the runtime", () => {
		const systems = Intl.supportedValuesOf("numberingSystem").flatMap((system) => {
			const digits = new Intl.NumberFormat(`en-u-nu-${system}`, { useGrouping: false }).format(9876543210);
			return /^\p{Nd}{10}$/u.test(digits) ? [{ system, digits }] : [];
		});
		expect(systems.length).toBeGreaterThan(60);
		expect(systems.filter(({ digits }) => folded(digits) !== "9876543210")).toEqual([]);
	});

	test("leaves out every character that Unicode lets a renderer ignore, and every combining mark", () => {
		const ignorable: number[] = [];
		for (let codePoint = 0; codePoint <= 0x10ffff; codePoint++) {
			if (/^[\p{Default_Ignorable_Code_Point}\p{M}]$/u.test(String.fromCodePoint(codePoint))) ignorable.push(codePoint);
		}
		expect(ignorable.length).toBeGreaterThan(6000);
		expect(ignorable.filter((codePoint) => foldCharacter(codePoint) !== "")).toEqual([]);
	});

	test("keeps ASCII text, line breaks and scripts that look like nothing in ASCII", () => {
		const ascii = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).join("");
		for (const text of [ascii.replace("\\", ""), "a\tb\r\nc", "日本語テキスト", "שם", "한국어"]) expect(folded(text)).toBe(text);
	});

	test.each([
		["R&D at AT&T &unknown; & 100% \\d \\", "R&D at AT&T &unknown; & 100% \\d \\"],
		["&lt;&#65;&#x42;&commat;&period;", "<AB@."],
		["&#65 &#66B", "A BB"],
		["%41%2541%zz%4", "AA%zz%4"],
		["%EF%BC%94 %EF%BC %FF", "4 %EF%BC %FF"],
		["\\u0041\\u{42}\\U00000043\\x44\\105", "ABCDE"],
		["\\ud83d\\ude00 \\ud83d \\u00", "😀  \\u00"],
		["a\\nb\\tc\\\\d", "a\nb\tcd".replace("cd", "c\\d")],
		["\u001b[1;31mred\u001b[0m \u001b]8;;http://x\u0007link \u001b", "red link "],
		["ﬁ ½ … ⅷ ㏂ Ⅷ", "fi 1⁄2 ... viii a.m. VIII".replace("⁄", "/")],
		["АВСЕІаеорѕ ｆｕｌｌ 𝐛𝐨𝐥𝐝 ⓒ 🅐 🇭🇮", "ABCEIaeops full bold c A HI"],
		["t̲e̲x̲t̲ naïve Ångström", "text naive Angstrom"],
	])("reads %j as %j", (text, expected) => {
		expect(folded(text)).toBe(expected);
	});
});

/** A character of each form of two to four bytes, well-formed or not: overlong, surrogates, beyond the last one. */
const FORMS = Array.from({ length: 0x40 }, (_, i) => 0xc0 + i).flatMap((lead) =>
	[0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf].flatMap((second) =>
		[[], [0x80], [0x80, 0xbf], [0xbf, 0x80, 0x80]].map((rest) => Buffer.from([lead, second, ...rest])),
	),
);

test.each(VIEWS.map((view, i) => [`${view.name} ${i}`, view] as const))(
	"no bytes are too much for the view %s, as they are or in a code",
	(_name, view) => {
		for (const form of FORMS) {
			const said = Buffer.concat([Buffer.from("what it says: "), form, form, Buffer.from(" and more")]);
			for (const bytes of [said, Buffer.from(said.toString("base64")), Buffer.from(said.toString("hex"))]) {
				let written = 0;
				const opened = view.open(() => written++);
				for (const [at, byte] of bytes.entries()) opened.push(byte, at, at + 1);
				opened.finish();
				expect(written).toBeLessThan(4 * bytes.length);
			}
		}
	},
);
