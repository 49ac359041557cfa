import { z } from "zod";

/** `threat_packs`: rules about threats that somebody else signs. */
export const ThreatPacks = z
	.strictObject({
		dir: z.string().default("").describe("Folder of the packs that `packs add` has put in use. Empty: none."),
		trusted_keys: z
			.array(z.string().regex(/^[A-Za-z0-9+/]{43}=$/, "must be an Ed25519 public key: 32 bytes in base64"))
			.default([])
			.describe("Keys whose packs are used. Every pack is proven at start and at each reload."),
	})
	.describe("Signed packs of patterns for every policy: blocked or flagged in prompts and answers, as `threat_intel`.");
