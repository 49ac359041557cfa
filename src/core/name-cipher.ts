/** Hides names in a file. */
export interface NameCipher {
	/** `context` is not secret and must be the same to open it. */
	seal(name: string, context: string): string;
	/** Undefined: another secret sealed it, or in another context. */
	open(sealed: string, context: string): string | undefined;
}
