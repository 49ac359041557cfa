import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
	CompactRange,
	consistencyProof,
	type Hash,
	inclusionProof,
	leafHash,
	type SubtreeHash,
	SubtreeHasher,
	subtreesOf,
	verifyConsistency,
	verifyInclusion,
} from "../../../src/audit/merkle.ts";

/** The inputs and roots of certificate-transparency's own test data (github.com/google/certificate-transparency, merkle tests). */
const INPUTS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
const ROOTS = [
	"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
	"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
	"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
	"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
	"4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
	"76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
	"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
	"5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];
/** A proof from one pass over the leaves, those before `kept` known only as perfect subtrees. */
function proveFrom(all: readonly Hash[], size: number, prove: (hash: SubtreeHash) => Hash[], kept = 0): Hash[] {
	const before = all.slice(0, kept).reduce((range, leaf) => range.append(leaf), new CompactRange());
	const hasher = new SubtreeHasher(subtreesOf(prove), before);
	for (const leaf of all.slice(kept, size)) hasher.add(leaf);
	return prove((from, to) => hasher.hash(from, to));
}
/** RFC 6962 §2.1, word for word. */
function treeHash(all: readonly Hash[]): Hash {
	if (all.length <= 1) return all[0] ?? createHash("sha256").digest();
	const split = 2 ** Math.floor(Math.log2(all.length - 1));
	return createHash("sha256")
		.update(Buffer.concat([Buffer.of(1), treeHash(all.slice(0, split)), treeHash(all.slice(split))]))
		.digest();
}
const leaves = (count: number) => Array.from({ length: count }, (_, i) => leafHash(Buffer.from(`record ${i}`)));

test("roots are those of RFC 6962's reference data", () => {
	let range = new CompactRange();
	expect(range.root().toString("hex")).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	for (const [i, input] of INPUTS.entries()) {
		range = range.append(leafHash(Buffer.from(input, "hex")));
		expect(range.root().toString("hex")).toBe(ROOTS[i]);
	}
});

test("the compact range and the recursive definition give the same root, also when continued from its subtree roots", () => {
	const all = leaves(70);
	for (let split = 0; split <= all.length; split++) {
		const first = all.slice(0, split).reduce((range, leaf) => range.append(leaf), new CompactRange());
		expect(first.root()).toEqual(treeHash(all.slice(0, split)));
		const rest = all.slice(split).reduce((range, leaf) => range.append(leaf), new CompactRange(split, first.roots));
		expect(rest.root()).toEqual(treeHash(all));
	}
});

test("every inclusion proof holds, for its own leaf, place, size and root only", () => {
	const all = leaves(40);
	for (let size = 1; size <= all.length; size++) {
		const root = treeHash(all.slice(0, size));
		for (let index = 0; index < size; index++) {
			const leaf = all[index] as Hash;
			const proof = proveFrom(all, size, (hash) => inclusionProof(hash, index, size));
			expect(verifyInclusion(leaf, index, size, proof, root)).toBe(true);
			expect(verifyInclusion(leafHash(Buffer.from("other")), index, size, proof, root)).toBe(false);
			expect(verifyInclusion(leaf, index, size, [...proof, root], root)).toBe(false);
			if (size > 1) expect(verifyInclusion(leaf, (index + 1) % size, size, proof, root)).toBe(false);
		}
	}
});

test("every consistency proof holds, and none after a change of the past", () => {
	const all = leaves(40);
	const changed = all.map((leaf, i) => (i === 3 ? leafHash(Buffer.from("changed")) : leaf));
	fc.assert(
		fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }), (a, b) => {
			const [first, second] = a < b ? [a, b] : [b, a];
			const prove = (hash: SubtreeHash): Hash[] => consistencyProof(hash, first, second);
			const [early, late, other] = [treeHash(all.slice(0, first)), treeHash(all.slice(0, second)), treeHash(changed.slice(0, second))];
			expect(verifyConsistency(first, second, early, late, proveFrom(all, second, prove))).toBe(true);
			if (first <= 3) return;
			expect(verifyConsistency(first, second, early, other, proveFrom(changed, second, prove))).toBe(false);
		}),
	);
});

test("of leaves that are gone the perfect subtrees are enough for every proof about those that are left", () => {
	const all = leaves(40);
	for (const kept of [1, 7, 16, 23, 32])
		for (let size = kept + 1; size <= all.length; size++) {
			const root = treeHash(all.slice(0, size));
			const at = kept + ((size * 7) % (size - kept));
			const inclusion = proveFrom(all, size, (hash) => inclusionProof(hash, at, size), kept);
			expect(verifyInclusion(all[at] as Hash, at, size, inclusion, root)).toBe(true);
			const consistency = proveFrom(all, size, (hash) => consistencyProof(hash, at, size), kept);
			expect(verifyConsistency(at, size, treeHash(all.slice(0, at)), root, consistency)).toBe(true);
		}
	expect(() => proveFrom(all, 40, (hash) => inclusionProof(hash, 3, 40), 16)).toThrow(/removed/);
});
