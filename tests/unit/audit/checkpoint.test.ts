import { expect, test } from "vitest";
import { createSigner, readCheckpoint } from "../../../src/audit/checkpoint.ts";
import { recordFault, START } from "../../../src/audit/segment.ts";

const signer = createSigner("main", new Uint8Array(32).fill(1));
const note = signer.sign({ origin: "main", size: 7, root: Buffer.alloc(32, 9) });
const read = (text: string): unknown => readCheckpoint(text, [signer.verifierKey]);

test("a checkpoint is believed as it was signed, and not with another size, root or name", () => {
	expect(read(note)).toMatchObject({ ok: true, checkpoint: { origin: "main", size: 7 } });
	expect(read(note.replace("\n7\n", "\n8\n"))).toEqual({ ok: false, reason: "its signature is not valid" });
	expect(read(note.replace(Buffer.alloc(32, 9).toString("base64"), Buffer.alloc(32, 8).toString("base64")))).toMatchObject({ ok: false });
	expect(read(signer.sign({ origin: "other", size: 7, root: Buffer.alloc(32, 9) }))).toMatchObject({ ok: false });
});

test("another key of the same name signs for nobody", () => {
	const foreign = createSigner("main", new Uint8Array(32).fill(2));
	expect(read(foreign.sign({ origin: "main", size: 7, root: Buffer.alloc(32, 9) }))).toMatchObject({ ok: false });
	expect(readCheckpoint(note, [foreign.verifierKey, signer.verifierKey])).toMatchObject({ ok: true });
});

test("a record follows from the one before it by its number and its hash", () => {
	const line = (record: object): Buffer => Buffer.from(JSON.stringify(record));
	expect(recordFault(line({ seq: 0, prev: "" }), START)).toBeUndefined();
	expect(recordFault(line({ seq: 1, prev: "" }), START)).toMatch(/number/);
	expect(recordFault(line({ seq: 0, prev: "00" }), START)).toMatch(/does not follow/);
});
