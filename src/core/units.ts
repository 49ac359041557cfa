/** A count of UTF-8 bytes from the start of one text. Never a JavaScript string index. */
export type ByteOffset = number;

/** Milliseconds. */
export const DAY_MS = 86_400_000;
