import { stdnum, type Validator } from "stdnum";
import { describe, expect, test } from "vitest";
import { IDENTIFIERS } from "../../src/recognizers/identifier-tables.ts";
import { random } from "../support/random.ts";

/**
 * Our check-digit rules against an independent library, on random numbers of the right shape. We may be stricter (all
 * digits equal, repeated digits) or looser (the library also refuses birthdays to come) where the row says so.
 */
const ORACLES: readonly (readonly [type: string, validator: Validator | undefined, sample: string, we?: "stricter" | "looser"])[] = [
	["ar_cuit", stdnum["AR"]?.["cuit"], "20#########"],
	["au_abn", stdnum["AU"]?.["abn"], "5##########"],
	["au_acn", stdnum["AU"]?.["acn"], "0########"],
	["au_tfn", stdnum["AU"]?.["tfn"], "1########"],
	["bg_egn", stdnum["BG"]?.["egn"], "Y####"],
	["br_cnpj", stdnum["BR"]?.["cnpj"], "112223330001##", "stricter"],
	["br_cpf", stdnum["BR"]?.["cpf"], "1##########", "stricter"],
	["ca_sin", stdnum["CA"]?.["sin"], "1########"],
	["ch_ahv", stdnum["CH"]?.["ssn"], "756##########"],
	["cl_rut", stdnum["CL"]?.["rut"], "12#######"],
	["cn_resident_id", stdnum["CN"]?.["ric"], "11010519Y####"],
	["de_steuer_id", stdnum["DE"]?.["idnr"], "3##########", "stricter"],
	["es_dni", stdnum["ES"]?.["dni"], "########A"],
	["es_nie", stdnum["ES"]?.["nie"], "X#######A"],
	["fr_nir", stdnum["FR"]?.["nir"], "1Yx5########"],
	["hr_oib", stdnum["HR"]?.["oib"], "3##########"],
	["il_id", stdnum["IL"]?.["idnr"], "#########"],
	["in_aadhaar", stdnum["IN"]?.["aadhaar"], "2###########", "stricter"],
	["it_codice_fiscale", stdnum["IT"]?.["codicefiscale"], "RSSMRA85T10A###A"],
	["nl_bsn", stdnum["NL"]?.["bsn"], "#########", "stricter"],
	["no_fodselsnummer", stdnum["NO"]?.["fodselsnummer"], "D#####", "looser"],
	["pl_nip", stdnum["PL"]?.["nip"], "5#########", "stricter"],
	["pl_pesel", stdnum["PL"]?.["pesel"], "Y#####"],
	["pt_nif", stdnum["PT"]?.["nif"], "1########"],
	["ro_cnp", stdnum["RO"]?.["cnp"], "1Y01####"],
	["th_national_id", stdnum["TH"]?.["idnr"], "1############"],
	["tr_tckn", stdnum["TR"]?.["tckimlik"], "1##########"],
	["tw_national_id", stdnum["TW"]?.["natid"], "A1########"],
	["ua_rntrc", stdnum["UA"]?.["rntrc"], "3#########"],
	["uk_utr", stdnum["GB"]?.["utr"], "##########"],
];
const SAMPLES = 4000;

/** `#` is a digit, `Y` a date yymmdd, `D` a date ddmmyy, a final `A` a letter. */
function fill(sample: string, next: () => number): string {
	const digit = (): string => String(Math.floor(next() * 10));
	const two = (limit: number): string => String(1 + Math.floor(next() * limit)).padStart(2, "0");
	return sample
		.replace(/#/g, digit)
		.replace(/Y(?!x)/, () => `${50 + Math.floor(next() * 49)}${two(12)}${two(28)}`)
		.replace(/Yx5/, () => `${50 + Math.floor(next() * 49)}${two(12)}75`)
		.replace(/^D/, () => `${two(28)}${two(12)}${50 + Math.floor(next() * 49)}`)
		.replace(/A$/, () => String.fromCharCode(65 + Math.floor(next() * 26)));
}

function compare(type: string, validator: Validator, sample: string, we: "stricter" | "looser" | undefined): number {
	const row = IDENTIFIERS.find((identifier) => identifier.type === type);
	const next = random(7);
	let accepted = 0;
	for (let i = 0; i < SAMPLES; i++) {
		const number = fill(sample, next);
		const ours = row?.shape.test(number) === true && row.check?.(number) !== false;
		const theirs = validator.validate(number).isValid;
		if (ours) accepted++;
		if (ours !== theirs && we !== (theirs ? "stricter" : "looser")) expect([number, ours]).toEqual([number, theirs]);
	}
	return accepted;
}

describe("check digits agree with stdnum", () => {
	for (const [type, validator, sample, we] of ORACLES) {
		test(type, () => {
			if (validator === undefined) throw new Error("stdnum does not know it");
			expect(compare(type, validator, sample, we)).toBeGreaterThan(0);
		});
	}
});
