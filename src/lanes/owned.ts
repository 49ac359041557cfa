/** The same bytes in memory of their own: a structured clone copies all that lies behind a view. */
export function owned(bytes: Uint8Array): Uint8Array {
	return bytes.length === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes);
}
