import type { ByteOffset } from "../core/units.ts";
import type { Rule } from "../policy/policy.ts";

/**
 * Clean bytes, or the beginning of a replaced region. `from` is an absolute offset; bytes that no piece covers belong
 * to the region before them. `text` is absent where the length is not known yet (a tail). Where it `isDisguised`, it is
 * what a reader takes the region for, not what stands there: `written` is that, where it is to be given back.
 */
export type Piece =
	| { readonly kind: "clean"; readonly from: ByteOffset; readonly bytes: Uint8Array }
	| {
			readonly kind: "redacted";
			readonly from: ByteOffset;
			readonly rule: Rule;
			readonly text: string | undefined;
			readonly isDisguised: boolean;
			readonly written?: string;
	  };

export type Redacted = Extract<Piece, { readonly kind: "redacted" }>;
