import { IssuerKeys, type IssuerKeysOptions } from "./issuer-keys.ts";

/** The keys of all issuers, over every reload: what one has published that is away just then counts as it did. */
export class IssuerBook {
	readonly #issuers = new Map<string, IssuerKeys>();

	/** Keys that are known already are asked for anew; nobody waits. */
	keysOf(options: IssuerKeysOptions): IssuerKeys {
		const { issuer, jwksUrl, maxAgeMs } = options;
		const name = JSON.stringify([issuer, jwksUrl, maxAgeMs]);
		const known = this.#issuers.get(name);
		known?.renew();
		const keys = known ?? new IssuerKeys(options);
		this.#issuers.set(name, keys);
		return keys;
	}
}
