import { beforeAll, expect, test } from "vitest";
import type { ScannerProgram } from "../../../src/scanner/text-scanner.ts";
import type { Finding } from "../../../src/verdict/finding.ts";
import { allRecognizers } from "../../support/scanner-program.ts";

/** What a code decodes to need not be UTF-8; findings in it end where its bytes do. */
const SECRETS = [
	"password=Tr0ub4dor&3xyz",
	"api_key: 9f8Zk2LmQ7xWv4Rt1BnY",
	"https://x.example/?sig=Zk2LmQ7xWv4Rt1BnY9f8",
	"user:Kq82!mmZt@db.example",
];
const BROKEN = ["a3", "a310", "f4908080", "ed a080", "c3", "e282", "ffff"].map((hex) => Buffer.from(hex.replace(" ", ""), "hex"));

let program: ScannerProgram;
beforeAll(async () => {
	program = await allRecognizers("redact");
});

function findingsIn(bytes: Uint8Array): readonly Finding[] {
	const scanner = program.open();
	scanner.write(bytes);
	scanner.finish(true);
	scanner.take(Number.POSITIVE_INFINITY);
	scanner.close();
	return scanner.findings;
}

test.each(SECRETS)("%s before bytes that are no text", (secret) => {
	for (const broken of BROKEN)
		for (const rest of ["", "x9", " and more"]) {
			const bytes = Buffer.concat([Buffer.from(secret), broken, Buffer.from(rest)]);
			for (const { to } of findingsIn(bytes)) expect(to).toBeLessThanOrEqual(bytes.length);
		}
});
