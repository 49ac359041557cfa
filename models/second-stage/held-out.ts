import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { Text } from "../injection/corpus.ts";

const FILE = new URL("held-out.json.gz", import.meta.url);

/** What train.py wrote beside the model: for each text, by set and id, the output of an encoder that has not seen its origin. */
export function heldOutScores(): ReadonlyMap<string, number> {
	return new Map(Object.entries(JSON.parse(gunzipSync(readFileSync(FILE)).toString()) as Record<string, number>));
}

/** Throws for a text that was not judged: the examples were written from other data. */
export function outputOf(scores: ReadonlyMap<string, number>, { set, id }: Text): number {
	const output = scores.get(`${set}/${id}`);
	if (output === undefined) throw new Error(`${set}/${id} has no score: train the second stage again`);
	return output;
}
