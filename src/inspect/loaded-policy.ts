import { shippedHarmModel } from "../models/harm-model.ts";
import { shippedInjectionModel } from "../models/injection-model.ts";
import { shippedNamesEncoder } from "../models/names-encoder.ts";
import { shippedSecondStage } from "../models/second-stage.ts";
import type { Policy } from "../policy/policy.ts";
import type { Engine } from "../scanner/engine.ts";
import { withHarm } from "../scanner/harm-scanner.ts";
import { createScannerProgram } from "../scanner/scanner-program.ts";
import type { ScannerProgram } from "../scanner/text-scanner.ts";
import type { RedactionStyle } from "../verdict/redaction.ts";
import { bindInspectText, type InspectText } from "./inspect-text.ts";

export type Direction = "prompt" | "response";

/** A policy with its engines, for one thread. */
export interface LoadedPolicy {
	readonly policy: Policy;
	readonly prompt: ScannerProgram;
	readonly response: ScannerProgram;
	style(direction: Direction): RedactionStyle;
	/** Prepared when it is first asked for. */
	inspectText(direction: Direction): InspectText;
}

export function loadPolicy(policy: Policy, engines: Readonly<Record<Direction, Engine>>, secretKey: Uint8Array): LoadedPolicy {
	// A lane without the model it is told to ask must not begin.
	if (policy.injection?.isLearned === true) shippedInjectionModel();
	// They take a moment; who asks them waits. Their faults are found before a lane begins.
	if (policy.injection?.hasSecondStage === true) shippedSecondStage().catch(() => undefined);
	if (policy.names !== undefined) shippedNamesEncoder().catch(() => undefined);
	const { harm } = policy;
	const response = createScannerProgram(policy.response, engines.response);
	const inspectors = new Map<Direction, InspectText>();
	const style = (direction: Direction): RedactionStyle => ({ strategy: policy[direction].strategy, key: secretKey });
	return {
		policy,
		prompt: createScannerProgram(policy.prompt, engines.prompt),
		response: harm === undefined ? response : withHarm(response, shippedHarmModel(), harm),
		style,
		inspectText(direction) {
			const inspect =
				inspectors.get(direction) ??
				bindInspectText(
					policy[direction],
					engines[direction],
					style(direction),
					direction === "prompt" ? { injection: policy.injection, names: policy.names } : { harm },
				);
			inspectors.set(direction, inspect);
			return inspect;
		},
	};
}
