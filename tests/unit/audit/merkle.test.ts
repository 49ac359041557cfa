import fc from "fast-check";
import { expect, test } from "vitest";
import {
	CompactRange,
	consistencyProof,
	inclusionProof,
	leafHash,
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
	const hash = subtreesOf(all);
	for (let split = 0; split <= all.length; split++) {
		const first = all.slice(0, split).reduce((range, leaf) => range.append(leaf), new CompactRange());
		expect(first.root()).toEqual(hash(0, split));
		const rest = all.slice(split).reduce((range, leaf) => range.append(leaf), new CompactRange(split, first.roots));
		expect(rest.root()).toEqual(hash(0, all.length));
	}
});

test("every inclusion proof holds, for its own leaf, place, size and root only", () => {
	const all = leaves(40);
	const hash = subtreesOf(all);
	for (let size = 1; size <= all.length; size++) {
		const root = hash(0, size);
		for (let index = 0; index < size; index++) {
			const proof = inclusionProof(hash, index, size);
			expect(verifyInclusion(hash(index, index + 1), index, size, proof, root)).toBe(true);
			expect(verifyInclusion(leafHash(Buffer.from("other")), index, size, proof, root)).toBe(false);
			expect(verifyInclusion(hash(index, index + 1), index, size, [...proof, root], root)).toBe(false);
			if (size > 1) expect(verifyInclusion(hash(index, index + 1), (index + 1) % size, size, proof, root)).toBe(false);
		}
	}
});

test("every consistency proof holds, and none after a change of the past", () => {
	const before = leaves(40);
	const hash = subtreesOf(before);
	const after = subtreesOf(before.map((leaf, i) => (i === 3 ? leafHash(Buffer.from("changed")) : leaf)));
	fc.assert(
		fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }), (a, b) => {
			const [first, second] = a < b ? [a, b] : [b, a];
			expect(verifyConsistency(first, second, hash(0, first), hash(0, second), consistencyProof(hash, first, second))).toBe(true);
			if (first <= 3) return;
			expect(verifyConsistency(first, second, hash(0, first), after(0, second), consistencyProof(after, first, second))).toBe(false);
		}),
	);
});
