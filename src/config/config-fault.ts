/** One thing wrong with a configuration. */
export interface ConfigFault {
	/** Dotted path of the key; empty for the file itself. */
	readonly path: string;
	readonly message: string;
	readonly remedy: string;
}
