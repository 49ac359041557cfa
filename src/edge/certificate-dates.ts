import { X509Certificate } from "node:crypto";
import { DAY_MS } from "../core/units.ts";

/** What to do where there is a fault. */
export const CERTIFICATE_REMEDY = "Renew it and send SIGHUP, or set the clock right.";

export interface CertificateDates {
	/** Until it ends; less than 0 after that. */
	readonly days: number;
	/** Why no client takes it now; undefined: its time has come and is not over. */
	readonly fault: string | undefined;
}

/** The dates of a PEM certificate, of a chain the first. */
export function certificateDates(pem: Buffer, now = Date.now()): CertificateDates {
	const { validFrom, validTo } = new X509Certificate(pem);
	const days = Math.floor((Date.parse(validTo) - now) / DAY_MS);
	const isEarly = Date.parse(validFrom) > now;
	return { days, fault: days < 0 ? `the certificate ended on ${validTo}` : isEarly ? `the certificate begins on ${validFrom}` : undefined };
}
