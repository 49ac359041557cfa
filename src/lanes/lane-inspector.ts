import { runtimeLeft } from "../core/runtime-gate.ts";
import { translateRequest } from "../inspect/translated-answer.ts";
import { createHyperscanEngine } from "../scanner/engine-hyperscan.ts";
import { LaneAnswers } from "./lane-answers.ts";
import { type CreateEngine, LanePolicies } from "./lane-policies.ts";
import { LanePrompts } from "./lane-prompts.ts";
import type { Packing } from "./packing.ts";
import type { FromLane, ToLane } from "./protocol.ts";
import { type LoadTransformers, SecondLook, SHIPPED } from "./second-look.ts";

export interface LaneInspector {
	/**
	 * Handles one message; answers in the order of the messages, but for a prompt that a transformer is asked about. `pause` is
	 * called now and then while a long prompt is judged, and may handle other messages.
	 */
	handle(item: ToLane, pause?: () => void): readonly FromLane[];
	/** Resolves when nothing is computed any more. */
	close(): Promise<void>;
}

export interface LaneInspectorOptions extends Packing {
	/** Keys the hashes in redacted text. */
	readonly secretKey: Uint8Array;
	/** Takes the verdict of a prompt that a transformer was asked about, and before it by when it comes. Absent: none is asked. */
	readonly later?: (item: FromLane) => void;
	/** Another than the package's, in tests. */
	readonly transformers?: Partial<LoadTransformers>;
	/** Another engine than Hyperscan: the oracle, in tests. */
	readonly createEngine?: CreateEngine;
}

/** All inspection of one lane: policies, prompts and open answers. Pure but for the native engines. */
export function createLaneInspector(options: LaneInspectorOptions): LaneInspector {
	const { later, secretKey, transformers, createEngine = createHyperscanEngine } = options;
	const secondLook = later && new SecondLook({ ...SHIPPED, ...transformers }, later);
	const policies = new LanePolicies(createEngine, secretKey);
	const prompts = new LanePrompts({ policies, packing: options, secretKey, secondLook });
	const answers = new LaneAnswers(policies, options);
	return {
		async close() {
			await secondLook?.close();
			await runtimeLeft();
		},
		handle(item, pause) {
			switch (item.kind) {
				case "policy":
					policies.add(item);
					return [];
				case "dropPolicy":
					policies.drop(item.policyId);
					return [];
				case "prompt":
					return prompts.take(item, pause);
				case "translate":
					return [translated(item)];
				case "open":
					return answers.open(item);
				case "data":
				case "end":
					return answers.take(item);
				case "close":
					answers.close(item.sid);
					return [];
				default:
					return item satisfies never;
			}
		},
	};
}

function translated(item: ToLane & { kind: "translate" }): FromLane {
	try {
		return { kind: "translated", sid: item.sid, result: translateRequest(item.body, item.api, item) };
	} catch {
		return { kind: "translated", sid: item.sid, result: "internal_error" };
	}
}
