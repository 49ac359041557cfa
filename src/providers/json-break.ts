/**
 * Goes to the end of a call's arguments that are cut. Some clients complete JSON that merely ends, and would make the call;
 * others throw at what is no JSON, in the middle of an answer that ends well. Behind this, in a string or where a value
 * begins, readers of JSON in pieces stop at what stands behind a value without a comma, and nobody completes it.
 */
export const JSON_BREAK = '""::';
