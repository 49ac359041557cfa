import { createTextInspector } from "../../src/inspect/inspect-text.ts";
import { rulesOf } from "../../src/policy/recognizer-rules.ts";
import { ALL_RECOGNIZERS } from "../../src/recognizers/registry.ts";
import { countKind } from "../../tests/support/kinds/find-kind.ts";
import { PERSONAL_KINDS } from "../../tests/support/kinds/personal.ts";
import { SECRET_KINDS } from "../../tests/support/kinds/secrets.ts";

/** `npm run eval -- kinds`: for every row of the lists of secrets and of personal data, which type finds made-up values of its shape. */
export async function printKinds(): Promise<void> {
	const rules = ALL_RECOGNIZERS.flatMap((recognizer) => rulesOf(recognizer, "redact"));
	const inspector = await createTextInspector({ rules, threshold: 0.5, strategy: "mask", allowList: [] });
	if (!inspector.ok) throw new Error(JSON.stringify(inspector.faults));
	for (const [title, kinds] of [
		["secrets", SECRET_KINDS],
		["personal data", PERSONAL_KINDS],
	] as const) {
		process.stdout.write(`${title}: ${kinds.length} kinds\n`);
		for (const kind of kinds) {
			const { samples, found } = countKind(kind, (text) => inspector.inspect(Buffer.from(text)).findings);
			const by = kind.types.length === 0 ? `not looked for: ${kind.why}` : kind.types.join(", ");
			const share = `${found} / ${samples}${kind.oneIn === undefined ? "" : `, 1 in ${kind.oneIn} has right check digits`}`;
			process.stdout.write(`  ${kind.name.padEnd(20)}${by.padEnd(44)} ${share}\n`);
		}
	}
}
