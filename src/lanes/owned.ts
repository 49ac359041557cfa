/** The same bytes, in memory that is at most twice as large: a structured clone copies all that lies behind a view. */
export function owned(bytes: Uint8Array): Uint8Array {
	return bytes.length * 2 >= bytes.buffer.byteLength ? bytes : new Uint8Array(bytes);
}
