import { icaoCheck } from "./check-digits.ts";
import type { Confirmer, Recognizer } from "./recognizer.ts";

const PASSPORT_1 = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<";
const PASSPORT_2 = "L898902C36UTO7408122F1204159ZE184226B<<<<<10";

/** The machine-readable zone of passports and identity cards (ICAO 9303 parts 4 to 6). */
export const MRZ: Recognizer = {
	type: "mrz",
	category: "pii",
	groups: ["travel_document", "passport"],
	label: "MRZ",
	patterns: [
		{
			name: "mrz",
			expression: "(?<![A-Za-z0-9<])[PIACV][A-Z<][A-Z<]{3}[A-Z0-9<]{25,39}[\\r\\n ]{0,2}[A-Z0-9<]{30,44}(?![A-Za-z0-9<])",
			score: 0.97,
			confirm: "mrz",
		},
	],
	examples: {
		match: [`⟦${PASSPORT_1}\n${PASSPORT_2}⟧`, `MRZ: ⟦${PASSPORT_1}${PASSPORT_2}⟧ end`],
		noMatch: [PASSPORT_1, `${PASSPORT_1}\n${PASSPORT_2.replace("120415", "120416")}`],
	},
};

/** Number, date of birth and date of expiry with their check digits: TD3 (2 × 44), TD2 (2 × 36) and TD1 (3 × 30, first two lines). */
export const confirmMrz: Confirmer = ({ text }) => {
	const zone = text.replace(/[\r\n ]/g, "");
	const at = (from: number, length: number): string => zone.slice(from, from + length);
	const isTd = (width: number): boolean =>
		zone.length === 2 * width && icaoCheck(at(width, 10)) && icaoCheck(at(width + 13, 7)) && icaoCheck(at(width + 21, 7));
	const isTd1 = zone.length === 60 && icaoCheck(at(5, 10)) && icaoCheck(at(30, 7)) && icaoCheck(at(38, 7));
	return isTd(44) || isTd(36) || isTd1 ? 0.98 : 0;
};
