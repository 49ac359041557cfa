import { createRemoteJWKSet, customFetch, errors, type JWTPayload, type JWTVerifyOptions, jwtVerify, type RemoteJWKSet } from "jose";

export interface IssuerKeysOptions {
	readonly issuer: string;
	/** Where the keys are published; empty: where the issuer's discovery document says (OpenID Connect Discovery 1.0, §4). */
	readonly jwksUrl: string;
	/** ms for which keys count while the issuer cannot be asked. */
	readonly maxAgeMs: number;
}

/** ms for an answer of the issuer. */
const TIMEOUT_MS = 3000;
/** ms after which keys are asked for again, beside the requests: none waits for it. */
const REFRESH_MS = 300_000;
/** Least ms between two fetches for a key that is not known. */
const COOLDOWN_MS = 10_000;
/** ms after a failure in which the issuer is not asked. */
const PAUSE_MS = 1000;

/** The published keys of an issuer (RFC 7517). They may rotate, and an issuer that is away for a while goes unnoticed. */
export class IssuerKeys {
	readonly #set: RemoteJWKSet;
	readonly #options: IssuerKeysOptions;
	#pausedUntil = 0;
	#askedAt = 0;

	constructor(options: IssuerKeysOptions) {
		this.#options = options;
		const { issuer, jwksUrl, maxAgeMs } = options;
		this.#set = createRemoteJWKSet(new URL(jwksUrl === "" ? issuer : jwksUrl), {
			timeoutDuration: TIMEOUT_MS,
			cooldownDuration: COOLDOWN_MS,
			cacheMaxAge: maxAgeMs,
			[customFetch]: (_url, init) => this.#fetch(init as RequestInit),
		});
	}

	/**
	 * What a token says that one of the keys has signed. It need not say which one, and the key of that name may be another by now.
	 * Throws what is wrong with it.
	 */
	async verify(token: string, options: JWTVerifyOptions): Promise<JWTPayload> {
		try {
			return await this.#verify(token, options);
		} catch (error) {
			if (!(error instanceof errors.JWSSignatureVerificationFailed) || performance.now() - this.#askedAt < COOLDOWN_MS) throw error;
			await this.#set.reload().catch(() => undefined);
			return this.#verify(token, options);
		}
	}

	async #verify(token: string, options: JWTVerifyOptions): Promise<JWTPayload> {
		try {
			return (await jwtVerify(token, this.#set, options)).payload;
		} catch (error) {
			if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
			for await (const key of error) {
				const verified = await jwtVerify(token, key, options).catch((reason: unknown) => {
					if (!(reason instanceof errors.JWSSignatureVerificationFailed)) throw reason;
				});
				if (verified !== undefined) return verified.payload;
			}
			throw new errors.JWSSignatureVerificationFailed(undefined, { cause: error });
		}
	}

	/** Asks for new keys when those that are known are not fresh any more. Nobody waits, and known keys stay when it fails. */
	refresh(now = performance.now()): void {
		if (now - this.#askedAt >= REFRESH_MS) this.renew(now);
	}

	/** The same at once. */
	renew(now = performance.now()): void {
		if (this.#set.jwks() === undefined) return;
		this.#askedAt = now;
		this.#set.reload().catch(() => undefined);
	}

	/** Asks for the keys now; how many there are. Throws when the issuer cannot be asked, or publishes something else. */
	async load(): Promise<number> {
		await this.#set.reload();
		return this.#set.jwks()?.keys.length ?? 0;
	}

	async #fetch(init: RequestInit): Promise<Response> {
		const now = performance.now();
		if (now < this.#pausedUntil) throw new Error("the issuer failed a moment ago");
		this.#askedAt = now;
		try {
			const { jwksUrl, issuer } = this.#options;
			return await answerOf(jwksUrl === "" ? await discover(issuer, init) : jwksUrl, init);
		} catch (error) {
			this.#pausedUntil = performance.now() + PAUSE_MS;
			throw error;
		}
	}
}

async function discover(issuer: string, init: RequestInit): Promise<string> {
	const answer = await answerOf(`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`, init);
	const { issuer: named, jwks_uri } = (await answer.json()) as { readonly issuer?: unknown; readonly jwks_uri?: unknown };
	if (named !== issuer || typeof jwks_uri !== "string" || !/^https?:/.test(jwks_uri))
		throw new Error("the discovery document is another one's");
	return jwks_uri;
}

async function answerOf(url: string, init: RequestInit): Promise<Response> {
	const answer = await fetch(url, { ...init, redirect: "error" });
	if (!answer.ok) throw new Error(`the issuer answers ${answer.status}`);
	return answer;
}
