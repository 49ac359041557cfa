import { SettingError } from "../core/setting-error.ts";

/** One thing wrong with a configuration. */
export interface ConfigFault {
	/** Dotted path of the key; empty for the file itself. */
	readonly path: string;
	readonly message: string;
	readonly remedy: string;
}

/** What was thrown, as a fault: of the key that it names, or else of `path`. */
export function faultOf(error: unknown, path: string, remedy: string): ConfigFault {
	const { message } = error as Error;
	return error instanceof SettingError ? { path: error.path, message, remedy: error.remedy } : { path, message, remedy };
}
