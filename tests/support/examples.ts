/** The text of an example, without the marks around what must be found. */
export function exampleText(example: string): string {
	return example.replace(/[⟦⟧]/g, "");
}

/** What must be found in an example, where it is marked. */
export function markedText(example: string): string | undefined {
	return /⟦(.*)⟧/s.exec(example)?.[1];
}

/** What stands around it and may be seen; nothing where nothing is marked. */
export function publicText(example: string): string {
	return markedText(example) === undefined ? "" : example.replace(/⟦.*⟧/s, "");
}
