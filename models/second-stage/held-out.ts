import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { Task } from "../../src/models/onnx-encoder.ts";
import type { Text } from "../injection/corpus.ts";

/** What train.py wrote beside the model: for each text, by task, set and id, the output of an encoder that has not seen its origin. */
export function heldOutScores(folder = import.meta.dirname): ReadonlyMap<string, number> {
	const packed = readFileSync(join(folder, "held-out.json.gz"));
	return new Map(Object.entries(JSON.parse(gunzipSync(packed).toString()) as Record<string, number>));
}

/** Throws for a text that was not judged: the examples were written from other data. */
export function outputOf(scores: ReadonlyMap<string, number>, task: Task, { set, id }: Text): number {
	const output = scores.get(`${task}/${set}/${id}`);
	if (output === undefined) throw new Error(`${task}/${set}/${id} has no score: train the second stage again`);
	return output;
}
