import type { ContinuedState } from "./continued-scanner.ts";
import type { CoreState } from "./core.ts";
import type { EchoState } from "./echo-scanner.ts";
import type { EntityState } from "./entity-scanner.ts";
import type { HarmState } from "./harm-scanner.ts";
import type { ParaphraseScannerState, TranslationScannerState } from "./paraphrase-scanner.ts";
import type { SeamState } from "./seam-watcher.ts";
import type { TailState } from "./tail.ts";
import type { ViewState } from "./view-scanner.ts";

/** What another scanner needs to go on where one stopped. Plain data. */
export interface ScannerState {
	readonly context: Uint8Array;
	readonly held: Uint8Array;
	readonly release: number;
	readonly redactedUntil: number;
	readonly tails: readonly { readonly view: number; readonly state: TailState }[];
	readonly cores: readonly CoreState[];
	readonly views: readonly ViewState[];
	readonly entities?: EntityState;
	/** Of the scanners around it that look for harm, for echoes, paraphrases and translations. */
	readonly harm?: HarmState;
	readonly echo?: EchoState;
	readonly paraphrase?: ParaphraseScannerState;
	readonly translation?: TranslationScannerState;
	/** Of a text that goes on with one before it. */
	readonly continued?: ContinuedState;
	/** Of the heads of such texts, each read by itself. */
	readonly seam?: SeamState | undefined;
}
