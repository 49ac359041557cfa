import { expect, test } from "vitest";
import { DAY_MS } from "../../../src/core/units.ts";
import { certificateDates } from "../../../src/edge/certificate-dates.ts";
import { CertificateAuthority } from "../../support/certificates.ts";

test("a certificate whose time is over, or not yet come by this clock, is a fault that says when", () => {
	const { cert } = new CertificateAuthority().issue("proxy");
	expect(certificateDates(cert)).toEqual({ days: 1, fault: undefined });
	expect(certificateDates(cert, Date.now() + 3 * DAY_MS).fault).toMatch(/^the certificate ended on \w{3} +\d+ [\d:]+ \d{4} GMT$/);
	expect(certificateDates(cert, Date.now() - DAY_MS).fault).toMatch(/^the certificate begins on \w{3} +\d+ [\d:]+ \d{4} GMT$/);
});
