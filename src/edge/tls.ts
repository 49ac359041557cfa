import { createSecureContext } from "node:tls";
import { readWholeFile } from "../core/whole-file.ts";

/** `server.tls` of the configuration: names of PEM files. Empty: there is none. */
export interface TlsSettings {
	readonly cert_file: string;
	readonly key_file: string;
	/** Clients must present a certificate that one of these signed. */
	readonly client_ca_file: string;
}

export interface TlsMaterial {
	/** For listeners that read them on their own. */
	readonly files: { readonly cert: string; readonly key: string };
	readonly cert: Buffer;
	readonly key: Buffer;
	readonly ca?: Buffer;
}

/** Of both listeners; older ones are broken (RFC 8996). */
export const MIN_TLS_VERSION = "TLSv1.2";

export type TlsReading =
	/** Undefined: plain HTTP. */
	| { readonly ok: true; readonly material: TlsMaterial | undefined }
	| { readonly ok: false; readonly fault: { readonly path: string; readonly message: string; readonly remedy: string } };

const SWITCHED = {
	path: "server.tls",
	message: "a reload renews certificates, but cannot switch between HTTP, TLS and mutual TLS",
	remedy: "Restart the proxy.",
};

/** Reads what takes the place of `current` on a listener that runs. */
export function readRenewedTls(settings: TlsSettings, current: TlsMaterial | undefined): TlsReading {
	const reading = readTls(settings);
	if (!reading.ok) return reading;
	const kindOf = (material: TlsMaterial | undefined): string =>
		material === undefined ? "http" : material.ca === undefined ? "tls" : "mutual";
	return kindOf(reading.material) === kindOf(current) ? reading : { ok: false, fault: SWITCHED };
}

/** Nothing is to be renewed. */
export function isSameTls(one: TlsMaterial, other: TlsMaterial | undefined): boolean {
	const isSame = (a: Buffer | undefined, b: Buffer | undefined): boolean => (a === undefined || b === undefined ? a === b : a.equals(b));
	return other !== undefined && (["cert", "key", "ca"] as const).every((part) => isSame(one[part], other[part]));
}

/** Reads the files and makes sure that they belong together. What they hold is never quoted. */
export function readTls(settings: TlsSettings): TlsReading {
	if (settings.cert_file === "") return { ok: true, material: undefined };
	const fault = (key: keyof TlsSettings, message: string, remedy: string): TlsReading => ({
		ok: false,
		fault: { path: `server.tls.${key}`, message: `${settings[key]} ${message}`, remedy },
	});
	const files = new Map<keyof TlsSettings, Buffer>();
	for (const key of ["cert_file", "key_file", "client_ca_file"] as const) {
		if (settings[key] === "") continue;
		try {
			files.set(key, readWholeFile(settings[key]));
		} catch (error) {
			const { code = "unknown error" } = error as NodeJS.ErrnoException;
			return fault(key, `cannot be read: ${code}`, "Give the path of a file that the proxy's user may read.");
		}
	}
	const [cert, key, ca] = [files.get("cert_file"), files.get("key_file"), files.get("client_ca_file")];
	if (!isUsable({ cert }))
		return fault("cert_file", "holds no PEM certificate", "Give the chain as PEM, the server's own certificate first.");
	if (!isUsable({ key })) return fault("key_file", "holds no PEM key that can be read", "Give the private key as PEM, without passphrase.");
	if (!isUsable({ cert, key })) return fault("key_file", "is not the key of the certificate", "Give the two files that belong together.");
	// OpenSSL takes a file without a certificate for an empty list.
	if (ca !== undefined && (!ca.includes("-----BEGIN CERTIFICATE-----") || !isUsable({ ca })))
		return fault("client_ca_file", "holds no PEM certificate", "Give the certificates that sign clients' as PEM.");
	const parts = { cert: cert as Buffer, key: key as Buffer, ...(ca && { ca }) };
	return { ok: true, material: { files: { cert: settings.cert_file, key: settings.key_file }, ...parts } };
}

function isUsable(parts: Partial<Record<"cert" | "key" | "ca", Buffer | undefined>>): boolean {
	try {
		createSecureContext(parts);
		return true;
	} catch {
		return false;
	}
}
