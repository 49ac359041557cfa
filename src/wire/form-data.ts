import { MultipartParseError, type MultipartPart, parseMultipart } from "@remix-run/multipart-parser";

/** A file in a form. */
export interface FormFile {
	/** Of the field. */
	readonly field: string;
	readonly filename: string;
	readonly type: string;
	readonly bytes: Uint8Array;
}

/** A form as `multipart/form-data` (RFC 7578). */
export interface Form {
	readonly boundary: string;
	/** In their order; a name may come again. */
	readonly fields: readonly (readonly [name: string, value: string])[];
	readonly files: readonly FormFile[];
}

/** Fields and files together; no client sends more. */
const MAX_PARTS = 256;
/** Behind the two dashes that a form begins with. Nothing in it needs quotes in a header. */
const BOUNDARY = /^--([\w.+-]{1,70})\r\n/;

/**
 * Reads a whole form, whose first line says its boundary: whatever the client's header says, `writeForm` and `formType` say
 * this one. Undefined where it is none, or one without an end.
 */
export function readForm(body: Uint8Array): Form | undefined {
	const head = Buffer.from(body.buffer, body.byteOffset, Math.min(body.byteLength, 80)).toString("latin1");
	const boundary = BOUNDARY.exec(head)?.[1];
	if (boundary === undefined) return undefined;
	const fields: [string, string][] = [];
	const files: FormFile[] = [];
	try {
		for (const part of partsOf(body, boundary)) {
			const { name, filename } = part;
			if (name === undefined) return undefined;
			if (filename === undefined) fields.push([unquoted(name), part.text]);
			else files.push({ field: unquoted(name), filename: unquoted(filename), type: part.mediaType ?? "", bytes: part.bytes });
		}
	} catch (error) {
		// The last of them: text that is not UTF-8.
		if (error instanceof MultipartParseError || error instanceof TypeError) return undefined;
		throw error;
	}
	return { boundary, fields, files };
}

function partsOf(body: Uint8Array, boundary: string): Iterable<MultipartPart> {
	return parseMultipart(body, { boundary, maxParts: MAX_PARTS, maxFileSize: body.byteLength, maxTotalSize: body.byteLength });
}

/** The same form, written anew. */
export function writeForm({ boundary, fields, files }: Form): Uint8Array {
	if (fields.flat().some((text) => text.includes(boundary))) throw new Error("A text of the form holds its boundary.");
	const parts = [
		...fields.map(([name, value]) => [`name="${quoted(name)}"`, Buffer.from(value)] as const),
		...files.map(
			({ field, filename, type, bytes }) =>
				[`name="${quoted(field)}"; filename="${quoted(filename)}"\r\nContent-Type: ${type}`, bytes] as const,
		),
	];
	return Buffer.concat([
		...parts.flatMap(([head, value]) => [
			Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; ${head}\r\n\r\n`),
			value,
			Buffer.from("\r\n"),
		]),
		Buffer.from(`--${boundary}--\r\n`),
	]);
}

/** The content type of a form. */
export function formType({ boundary }: Pick<Form, "boundary">): string {
	return `multipart/form-data; boundary=${boundary}`;
}

/** As browsers write a name (html.spec.whatwg.org, multipart form data). */
function quoted(name: string): string {
	return name.replaceAll('"', "%22").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function unquoted(name: string): string {
	return name.replaceAll("%22", '"').replaceAll("%0D", "\r").replaceAll("%0A", "\n");
}
