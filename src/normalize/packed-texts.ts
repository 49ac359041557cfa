/** Texts of one character for each byte among the numbers of a transducer's state. */
export function packTexts(texts: readonly string[]): number[] {
	return texts.flatMap((text) => [text.length, ...Buffer.from(text, "latin1")]);
}

export function unpackTexts(numbers: readonly number[]): string[] {
	const texts: string[] = [];
	for (let at = 0; at < numbers.length; at += 1 + (numbers[at] as number))
		texts.push(String.fromCharCode(...numbers.slice(at + 1, at + 1 + (numbers[at] as number))));
	return texts;
}
