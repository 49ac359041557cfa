import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Certificate {
	readonly certFile: string;
	readonly keyFile: string;
	readonly cert: Buffer;
	readonly key: Buffer;
}

/** Certificates end on whole seconds. */
const SECOND_MS = 1100;

/** A certificate authority for one test file, by the machine's OpenSSL. */
export class CertificateAuthority {
	readonly folder: string = mkdtempSync(join(tmpdir(), "certificates-"));
	readonly certFile: string = join(this.folder, "ca.pem");
	readonly #keyFile = join(this.folder, "ca-key.pem");

	constructor() {
		this.#openssl(
			["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=Test CA"],
			{
				out: this.certFile,
				keyout: this.#keyFile,
			},
		);
	}

	get cert(): Buffer {
		return readFileSync(this.certFile);
	}

	/** A certificate for localhost with this common name; with 0 days it has ended (openssl 3.5 takes no number below). */
	issue(name: string, file: string = name, days = 2): Certificate {
		const [certFile, keyFile, request, extensions] = ["pem", "key", "csr", "ext"].map((end) => join(this.folder, `${file}.${end}`)) as [
			string,
			string,
			string,
			string,
		];
		writeFileSync(extensions, "subjectAltName=DNS:localhost,IP:127.0.0.1\n");
		this.#openssl(["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", `/CN=${name}`], {
			out: request,
			keyout: keyFile,
		});
		this.#openssl(
			["x509", "-req", "-in", request, "-CA", this.certFile, "-CAkey", this.#keyFile, "-days", `${days}`, "-extfile", extensions],
			{
				out: certFile,
			},
		);
		if (days === 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, SECOND_MS);
		return { certFile, keyFile, cert: readFileSync(certFile), key: readFileSync(keyFile) };
	}

	#openssl(words: readonly string[], files: Readonly<Record<string, string>>): void {
		execFileSync("openssl", [...words, ...Object.entries(files).flatMap(([name, file]) => [`-${name}`, file])], { stdio: "ignore" });
	}
}
