import { isUtf8 } from "node:buffer";

/** How a text stands inside a string: behind a prefix, encoded or plain. */
export interface Wrap {
	readonly prefix: string;
	readonly encoding: "base64" | "percent" | "plain";
}

/**
 * What a data URL (RFC 2397) or a base64 string holds. What it is called does not count where it is text: an image whose
 * bytes are text is text. media: image, sound or film. document: any other bytes, which may hold text that is not seen.
 */
export type EmbeddedData = { readonly kind: "text"; readonly text: string; readonly wrap: Wrap } | { readonly kind: FileKind };

export type FileKind = "media" | "document";

const DATA_URL = /^data:([\w.+-]*(?:\/[\w.+-]*)?)((?:;[^;,]*)*),/i;
// Blanks stand between words, line ends between the lines of encoded data.
const BASE64 = /^[A-Za-z0-9+/_=\r\n-]*$/;
const MEDIA_TYPE = /^(?:image|audio|video)\//i;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they tell bytes from text
const CONTROL = /[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]/;

/** Undefined when the string is no data URL. */
export function readDataUrl(value: string): EmbeddedData | undefined {
	const head = DATA_URL.exec(value);
	if (head === null) return undefined;
	const [prefix, type = "", parameters = ""] = head;
	const data = value.slice(prefix.length);
	const other = MEDIA_TYPE.test(type) ? "media" : "document";
	if (/;\s*base64\s*$/i.test(parameters)) return BASE64.test(data) ? readBytes(data, prefix, other) : undefined;
	try {
		return readText(decodeURIComponent(data), { prefix, encoding: "percent" });
	} catch {
		return undefined;
	}
}

/** Base64 without a head, whose kind is known from its place. Undefined when it is not base64. */
export function readBase64(value: string, other: FileKind): EmbeddedData | undefined {
	return BASE64.test(value) ? readBytes(value, "", other) : undefined;
}

/** What the base64 of pictures, sound and films begins with: PNG, JPEG, GIF, RIFF (WebP, WAV), MP3, Ogg, FLAC, MP4, WebM, TIFF. */
const MEDIA_HEAD = /^(?:iVBORw0KGgo|\/9j\/|R0lGOD[dl]h|UklGR|SUQz|T2dnUw|ZkxhQw|AAAA[A-Za-z0-9+/]GZ0eX|GkXfo|SUkqA|TU0AK)/;
/** And that of PDF, zip (office formats) and gzip. */
const DOCUMENT_HEAD = /^(?:JVBERi0|UEsDB|H4sI)/;
const FILE = /^[A-Za-z0-9+/\r\n]{56,}(?:={1,2}\s*|[^\S\r\n]\s*)?$/;

/** What kind of file a string is in base64, whatever it is called; undefined: none. A growing one is known by its first piece. */
export function fileIn(value: string): FileKind | undefined {
	const kind = MEDIA_HEAD.test(value) ? "media" : DOCUMENT_HEAD.test(value) ? "document" : undefined;
	return kind !== undefined && FILE.test(value) ? kind : undefined;
}

/** Base64 that says nothing to who cannot open it: its bytes are no text. */
export function isSealed(value: string): boolean {
	return BASE64.test(value) && readBytes(value, "", "media").kind === "media";
}

/** What kind of file these bytes are, whatever it is called. */
export function fileKindOf(bytes: Buffer): FileKind | "text" {
	if (DOCUMENT_HEAD.test(bytes.subarray(0, 6).toString("base64"))) return "document";
	return bytes.length === 0 || decodeText(bytes) !== undefined ? "text" : "media";
}

function readBytes(base64: string, prefix: string, other: FileKind): EmbeddedData {
	const bytes = Buffer.from(base64, "base64");
	const text = decodeText(bytes);
	return text === undefined ? { kind: other } : readText(text, { prefix, encoding: "base64" });
}

/** PDF, which readers also take behind a kilobyte of anything, PostScript and RTF: characters that write other text in codes of their own. */
const CODED_TEXT = /^(?:[\s\S]{0,1024}?%PDF-\d|\s*%!PS|\s*\{\\rtf)/;

function readText(text: string, wrap: Wrap): EmbeddedData {
	return CODED_TEXT.test(text) ? { kind: "document" } : { kind: "text", text, wrap };
}

/** UTF-8, or UTF-16 with its mark. */
function decodeText(bytes: Buffer): string | undefined {
	if (bytes.length === 0) return undefined;
	const mark = bytes.length < 2 ? 0 : bytes.readUInt16BE(0);
	const utf16 = mark === 0xfffe ? "utf-16le" : mark === 0xfeff ? "utf-16be" : undefined;
	const text = utf16 !== undefined ? new TextDecoder(utf16).decode(bytes) : isUtf8(bytes) ? bytes.toString("utf8") : undefined;
	return text === undefined || CONTROL.test(text) ? undefined : text;
}

/** The string that holds another text in the same way. */
export function wrapText({ prefix, encoding }: Wrap, text: string): string {
	if (encoding === "plain") return prefix + text;
	return prefix + (encoding === "base64" ? Buffer.from(text).toString("base64") : encodeURIComponent(text));
}
