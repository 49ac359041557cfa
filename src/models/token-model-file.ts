import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { ENTITIES, type Entity, LABELS } from "./entity-labels.ts";
import { isLone, isNobodys } from "./nobodys-name.ts";
import type { EntitySpan, TokenModel } from "./token-model.ts";

/** A model and the probability of each entity from which on it is reported by default. */
export interface TokenModelFile {
	readonly model: TokenModel;
	readonly thresholds: Thresholds;
}

export interface Thresholds extends Readonly<Record<Entity, number>> {
	/** Of a person's name of a single word: it may be anybody's. */
	readonly lone: number;
}

interface Header {
	readonly bits: number;
	readonly scale: number;
	readonly transitions: readonly number[];
	readonly thresholds: Thresholds;
	readonly words: number;
}

const SHIPPED = new URL("../../models/names/model.bin.gz", import.meta.url);
let shipped: TokenModelFile | undefined;

/** The model of the package: read once per thread. */
export function shippedModel(): TokenModelFile {
	shipped ??= decodeModel(gunzipSync(readFileSync(SHIPPED)));
	return shipped;
}

/** Layout, little-endian: bytes of the header (u32), header (JSON), words (i32 each), their lists (u8 each), weights (i8 each). */
export function encodeModel({ model, thresholds }: TokenModelFile): Buffer {
	const { bits, scale, transitions, words, wordLists, weights } = model;
	const header: Header = { bits, scale, transitions: [...transitions], thresholds, words: words.length };
	const json = Buffer.from(JSON.stringify(header));
	const length = Buffer.alloc(4);
	length.writeUInt32LE(json.length);
	const hashes = Buffer.alloc(4 * words.length);
	for (const [i, word] of words.entries()) hashes.writeInt32LE(word, 4 * i);
	return Buffer.concat([length, json, hashes, wordLists, new Uint8Array(weights.buffer, weights.byteOffset, weights.length)]);
}

/** Throws when the file is not whole. */
export function decodeModel(file: Buffer): TokenModelFile {
	let at = 4 + file.readUInt32LE(0);
	const header = JSON.parse(file.toString("utf8", 4, at)) as Header;
	const { bits, scale, thresholds } = header;
	const words = Int32Array.from({ length: header.words }, (_, i) => file.readInt32LE(at + 4 * i));
	at += 4 * header.words;
	const wordLists = Uint8Array.from(file.subarray(at, at + header.words));
	at += header.words;
	const weights = new Int8Array(file.buffer, file.byteOffset + at, file.length - at);
	if (weights.length !== LABELS << bits || [...ENTITIES, "lone" as const].some((name) => thresholds[name] === undefined))
		throw new Error("The token model is not whole: restore models/names/model.bin.gz or train it again.");
	return { model: { bits, scale, weights, transitions: Float64Array.from(header.transitions), words, wordLists }, thresholds };
}

/** The threshold that counts for a span of a segment; undefined where it is never reported. */
export function thresholdFor(
	thresholds: Thresholds,
	{ entity, from, to }: Omit<EntitySpan, "probability">,
	segment: string,
): number | undefined {
	if (isNobodys(entity, segment, from, to)) return undefined;
	return entity === "person" && isLone(segment.slice(from, to)) ? thresholds.lone : thresholds[entity];
}

/** A probability as a score: the default threshold of the entity becomes 0.5, what is below and above keeps its order. */
export function scoreOf(probability: number, threshold: number): number {
	return probability < threshold ? (0.5 * probability) / threshold : 0.5 + (0.5 * (probability - threshold)) / (1 - threshold);
}
