import type { ScannerState } from "../scanner/scanner-state.ts";
import type { SurrogateTableState } from "../verdict/surrogate-table.ts";
import type { JsonSourceState } from "./json-source.ts";
import type { RemovalGapState } from "./removal-gap.ts";
import type { RestorerState } from "./restorer.ts";

/** What continues a channel on another lane. Plain data. */
export interface ChannelState {
	readonly scanner: ScannerState;
	/** UTF-16 code of a high surrogate, 0 for none: half a character does not survive as text. */
	readonly carry: number;
	readonly isAltered: boolean;
	readonly json?: JsonSourceState;
	readonly surrogates?: SurrogateTableState;
	readonly gap: RemovalGapState;
	readonly restorer?: RestorerState;
}

/**
 * For each delta the text that may go out in its place, `undefined` where that is the delta itself. `cutAt` is the delta
 * in which a cut took effect, -1 for none.
 */
export interface ChannelStep {
	readonly texts: readonly (string | undefined)[];
	readonly cutAt: number;
}
