import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { HEAD } from "./audit-log.ts";
import { type Checkpoint, readCheckpoint } from "./checkpoint.ts";
import {
	consistencyProof,
	type Hash,
	inclusionProof,
	leafHash,
	type SubtreeHash,
	subtreesOf,
	verifyConsistency,
	verifyInclusion,
} from "./merkle.ts";
import { type LogPosition, linesOf, positionOf, START, segmentsOf } from "./segment.ts";

/**
 * Proofs as text that others can check without the log. Inclusion is C2SP tlog-proof with the record as its extra data,
 * consistency is what C2SP tlog-witness sends to a witness: `old SIZE`, the hashes, an empty line, the newer checkpoint.
 */
const INCLUSION = "c2sp.org/tlog-proof@v1";

export type ProofReading =
	| {
			readonly ok: true;
			readonly origin: string;
			readonly size: number;
			readonly record?: string;
			readonly index?: number;
			readonly oldSize?: number;
	  }
	| { readonly ok: false; readonly reason: string };

/** Proves that record `index` is in the log as its newest checkpoint has it. Throws when it is not there. */
export function proveInclusion(dir: string, index: number): string {
	const { note, size, lines, first, hash } = readTree(dir);
	const line = lines[index - first];
	if (line === undefined) throw new Error(`the log has records ${first} to ${size - 1}, not ${index}`);
	const extra = line.toString("base64");
	return `${INCLUSION}\nextra ${extra}\nindex ${index}\n${hashLines(inclusionProof(hash, index, size))}\n${note}`;
}

/** Proves that the log as it was signed in `old` is the beginning of the log as it is. */
export function proveConsistency(dir: string, old: string): string {
	const { note, size, hash } = readTree(dir);
	const oldSize = sizeOf(old);
	if (!(oldSize > 0 && oldSize <= size)) throw new Error(`the log has ${size} records, and the checkpoint is about ${oldSize}`);
	return `old ${oldSize}\n${hashLines(consistencyProof(hash, oldSize, size))}\n${note}`;
}

/** Checks a proof of either kind. `old`: the earlier checkpoint that a consistency proof is about. */
export function verifyProof(proof: string, verifierKeys: readonly string[], old: string | undefined): ProofReading {
	const end = proof.indexOf("\n\n");
	const reading = readCheckpoint(proof.slice(end + 2), verifierKeys);
	if (!reading.ok) return { ok: false, reason: `its checkpoint cannot be used: ${reading.reason}` };
	const { origin, size, root } = reading.checkpoint;
	const [kind = "", ...lines] = proof.slice(0, Math.max(0, end)).split("\n");
	if (kind === INCLUSION) return readInclusion(lines, reading.checkpoint);
	const oldSize = /^old (\d{1,15})$/.exec(kind)?.[1];
	if (oldSize === undefined) return { ok: false, reason: `it begins neither with '${INCLUSION}' nor with 'old'` };
	if (old === undefined) return { ok: false, reason: "it is about an earlier checkpoint: give that with --checkpoint" };
	const earlier = readCheckpoint(old, verifierKeys);
	if (!earlier.ok) return { ok: false, reason: `the earlier checkpoint cannot be used: ${earlier.reason}` };
	if (earlier.checkpoint.size !== Number(oldSize) || earlier.checkpoint.origin !== origin)
		return { ok: false, reason: "it is about another checkpoint than the one given" };
	const isSound = verifyConsistency(Number(oldSize), size, earlier.checkpoint.root, root, lines.map(hashOf));
	return isSound
		? { ok: true, origin, size, oldSize: Number(oldSize) }
		: { ok: false, reason: "the log as it was then is not the beginning of the log as it is" };
}

function readInclusion(lines: readonly string[], { origin, size, root }: Checkpoint): ProofReading {
	const [extra = "", place = "", ...hashes] = lines;
	const record = Buffer.from(/^extra ([A-Za-z0-9+/]+=*)$/.exec(extra)?.[1] ?? "", "base64");
	const index = Number(/^index (\d{1,15})$/.exec(place)?.[1] ?? -1);
	if (record.length === 0 || index < 0) return { ok: false, reason: "it does not say which record it is about" };
	if (!verifyInclusion(leafHash(record), index, size, hashes.map(hashOf), root))
		return { ok: false, reason: "the record is not in the log that was signed" };
	return { ok: true, origin, size, record: record.toString(), index };
}

interface Tree {
	/** The newest checkpoint, as signed. */
	readonly note: string;
	readonly size: number;
	/** Number of the first record that is still there, and its line and those after it. */
	readonly first: number;
	readonly lines: readonly Buffer[];
	readonly hash: SubtreeHash;
}

/** The log up to its newest checkpoint. Of records that retention removed the first segment's head has what proofs need. */
function readTree(dir: string): Tree {
	const head = join(dir, HEAD);
	if (!existsSync(head)) throw new Error(`${dir} holds no audit log`);
	// First: records that come while the segments are read are not covered by it.
	const note = readFileSync(head, "utf8");
	const size = sizeOf(note);
	const segments = segmentsOf(readdirSync(dir)).map(({ name }) => linesOf(readFileSync(join(dir, name))).lines);
	const begin: LogPosition = positionOf(segments[0]?.[0] ?? Buffer.alloc(0)) ?? START;
	const first = begin.range.size;
	const lines = segments.flatMap((segment) => segment.slice(1)).slice(0, size - first);
	return { note, size, first, lines, hash: subtreesOf(lines.map(leafHash), begin.range) };
}

function sizeOf(note: string): number {
	return Number(note.split("\n")[1] ?? 0);
}

function hashLines(hashes: readonly Hash[]): string {
	return hashes.map((hash) => `${hash.toString("base64")}\n`).join("");
}

function hashOf(line: string): Hash {
	return Buffer.from(line, "base64");
}
