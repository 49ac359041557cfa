import type { JsonShape } from "../wire/json-strings.ts";
import type { FieldTable, Treatment } from "./field-table.ts";

/** A table, ready to be asked. */
export interface CompiledTable {
	readonly treatmentOf: (shape: JsonShape) => Treatment | undefined;
	/** The table spells the shape out, without a wildcard. */
	readonly isExact: (shape: JsonShape) => boolean;
	/** Shapes that the table spells out, and everything above them. */
	readonly names: ReadonlySet<JsonShape>;
	/** A member's path is none of them, and is one to readers without cases (Go), or without lists (`{"0": …}` in JavaScript and PHP). */
	readonly isLikeName: (shape: JsonShape) => boolean;
}

/** `more`: paths whose member names are the vendor's, beside those that the table spells out. */
export function compileTable(table: FieldTable, more: readonly string[]): CompiledTable {
	const names = new Set(more.flatMap(pathsAlong));
	const exact = new Map<string, Treatment>();
	const wild: { readonly expression: RegExp; readonly treatment: Treatment }[] = [];
	for (const [path, treatment] of table) {
		for (const name of pathsAlong(path)) names.add(name);
		if (!path.includes("*")) exact.set(path, exact.get(path) ?? treatment);
		else wild.push({ expression: wildcard(path), treatment });
	}
	const folded = new Set([...names].map((name) => foldCase(name)));
	return {
		names,
		isLikeName: (shape) => {
			if (names.has(shape)) return false;
			return folded.has(foldCase(shape)) || (/\.\d+$/.test(shape) && names.has(shape.replace(/\d+$/, "#")));
		},
		isExact: (shape) => exact.has(shape),
		treatmentOf: (shape) => exact.get(shape) ?? wild.find(({ expression }) => expression.test(shape))?.treatment,
	};
}

/** As Go does: `ſ` is an s, and the Kelvin sign a k. */
function foldCase(name: string): string {
	return name.toUpperCase().toLowerCase();
}

/** The path, as far as it is spelled out, and everything above it. */
function pathsAlong(path: string): string[] {
	const steps = path.split(/\.?\*/)[0]?.split(".") ?? [];
	return steps.map((_, i) => steps.slice(0, i + 1).join("."));
}

function wildcard(path: string): RegExp {
	const steps = path.split(".").map((step) => (step === "**" ? ".*" : step === "*" ? "[^.]*" : step.replace(/[$^|()?+[\]{}\\]/g, "\\$&")));
	return new RegExp(`^${steps.join("\\.")}$`, "s");
}
