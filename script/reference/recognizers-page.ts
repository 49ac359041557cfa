import { ALL_RECOGNIZERS } from "../../src/recognizers/registry.ts";

/** `docs/recognizers.md`: every name that may stand in `detection_types`, from the registry. */
export function recognizersPage(): string {
	const groups = new Map<string, string[]>();
	for (const { type, category, groups: names = [] } of ALL_RECOGNIZERS)
		for (const group of [category === "secret" ? "secrets" : "pii", ...names]) groups.set(group, [...(groups.get(group) ?? []), type]);
	const list = [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
	const code = (name: string): string => `\`${name}\``;
	return `# Recognizers

<!-- Written by \`npm run schema\` from src/recognizers. -->

The ${ALL_RECOGNIZERS.length} types that can stand in \`detection_types\`, \`block_types\`, \`thresholds\`, \`redaction_strategies\` and \`mask\`, beside \`all\`. How they are found: [detection.md](detection.md).

## Groups

| group | types |
|---|---|
${list.map(([group, types]) => `| ${code(group)} | ${types.map(code).join(" ")} |`).join("\n")}
`;
}
