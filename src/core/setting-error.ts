/** What keeps a proxy from starting, said of the key of the configuration that it comes from. */
export class SettingError extends Error {
	/** Dotted path of the key. */
	readonly path: string;
	readonly remedy: string;

	constructor(path: string, message: string, remedy: string) {
		super(message);
		this.path = path;
		this.remedy = remedy;
	}
}
