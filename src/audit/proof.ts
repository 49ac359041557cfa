import { existsSync } from "node:fs";
import { join } from "node:path";
import { readText } from "../core/files.ts";
import { type Checkpoint, readCheckpoint } from "./checkpoint.ts";
import { HEAD } from "./log-end.ts";
import { beginOf, linesOf } from "./log-reader.ts";
import {
	CompactRange,
	consistencyProof,
	type Hash,
	inclusionProof,
	type LeafSpan,
	leafHash,
	type SubtreeHash,
	SubtreeHasher,
	subtreesOf,
	verifyConsistency,
	verifyInclusion,
} from "./merkle.ts";

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
	const tree = openTree(dir);
	const { note, size, before } = tree;
	if (index < before.size || index >= size) throw new Error(`the log has records ${before.size} to ${size - 1}, not ${index}`);
	const prove = (hash: SubtreeHash): Hash[] => inclusionProof(hash, index, size);
	let record: Buffer = Buffer.alloc(0);
	const hash = hashSubtrees(dir, tree, subtreesOf(prove), (line, seq) => {
		if (seq === index) record = line;
	});
	return `${INCLUSION}\nextra ${record.toString("base64")}\nindex ${index}\n${hashLines(prove(hash))}\n${note}`;
}

/** Proves that the log as it was signed in `old` is the beginning of the log as it is. */
export function proveConsistency(dir: string, old: string): string {
	const tree = openTree(dir);
	const { note, size } = tree;
	const oldSize = sizeOf(old);
	if (!(oldSize > 0 && oldSize <= size)) throw new Error(`the log has ${size} records, and the checkpoint is about ${oldSize}`);
	const prove = (hash: SubtreeHash): Hash[] => consistencyProof(hash, oldSize, size);
	return `old ${oldSize}\n${hashLines(prove(hashSubtrees(dir, tree, subtreesOf(prove))))}\n${note}`;
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
	/** What is known of the records that retention removed: all that proofs about the others need. */
	readonly before: CompactRange;
}

function openTree(dir: string): Tree {
	const head = join(dir, HEAD);
	if (!existsSync(head))
		throw new Error(`${dir} holds no audit log — give the folder of audit.dir with --dir, and one of its logs with --log`);
	// First: records that come while the segments are read are not covered by it.
	const note = readText(head);
	return { note, size: sizeOf(note), before: beginOf(dir)?.range ?? new CompactRange() };
}

/** Reads the records once, one in memory at a time. */
function hashSubtrees(
	dir: string,
	{ size, before }: Tree,
	spans: readonly LeafSpan[],
	see: (line: Buffer, seq: number) => void = () => undefined,
): SubtreeHash {
	const hasher = new SubtreeHasher(spans, before);
	let seq = before.size;
	for (const line of linesOf(dir)) {
		if (seq === size) break;
		see(line, seq++);
		hasher.add(leafHash(line));
	}
	if (seq < size) throw new Error("the log lacks records, or retention has just removed some: try again, or run 'audit verify'");
	return (from, to) => hasher.hash(from, to);
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
