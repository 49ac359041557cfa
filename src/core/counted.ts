/** A count and what is counted, in the number that it asks for: "1 key", "2 keys". */
export function counted(count: number | bigint, one: string, many = `${one}s`): string {
	return `${count} ${count === 1 || count === 1n ? one : many}`;
}
