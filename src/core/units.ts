/** A count of UTF-8 bytes from the start of one text. Never a JavaScript string index. */
export type ByteOffset = number;
