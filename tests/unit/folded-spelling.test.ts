import { beforeAll, expect, test } from "vitest";
import { foldText } from "../../src/normalize/fold.ts";
import { withFoldedSpelling } from "../../src/recognizers/folded-spelling.ts";
import type { ScannerProgram } from "../../src/scanner/text-scanner.ts";
import { allRecognizers } from "../support/scanner-program.ts";

const WORDS = ["contraseña", "пароль", "パスワード", "비밀번호", "पासवर्ड", "كلمة المرور", "סיסמה", "รหัสผ่าน", "密码", "password"];

test.each(WORDS)("%s is matched as it is written and as the folded view writes it, and nothing else is", (word) => {
	const expression = new RegExp(`^(?:${withFoldedSpelling(word)})$`, "u");
	expect([word, foldText(word), `${word}x`, word.slice(1)].map((text) => expression.test(text))).toEqual([true, true, false, false]);
});

test("in a class both characters count, and escapes stay what they are", () => {
	const expression = new RegExp(`^${withFoldedSpelling("n[éö]\\[é\\]")}$`, "u");
	expect(["né[é]", "no[e]", "n[é]"].map((text) => expression.test(text))).toEqual([true, true, false]);
});

let program: ScannerProgram;
beforeAll(async () => {
	program = await allRecognizers("redact");
});

const fullWidth = (text: string): string =>
	text.replace(/[!-~]/g, (character) => String.fromCharCode((character.codePointAt(0) as number) + 0xfee0));

test.each([
	["Das Passwort für das WLAN lautet ", "Sommer2024!"],
	["パスワードは ", "Sakura#2291x"],
	["كلمة المرور: ", "Cairo#2291x"],
	["пароль: ", "Moskva#2291x"],
	["Né(e) le ", "03/09/1988"],
	["net use Z: \\\\srv\\share ", "Kq82!mmZt"],
])("%s%s is found in full-width letters too", (name, value) => {
	const scanner = program.open();
	scanner.write(Buffer.from(`${name}${fullWidth(value)} `));
	scanner.finish();
	const shown = scanner.take(Number.POSITIVE_INFINITY).map((piece) => (piece.kind === "clean" ? piece.bytes.toString() : "…"));
	scanner.close();
	expect(shown.join("")).toBe(`${name}… `);
});
