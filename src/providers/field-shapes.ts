import type { JsonPath } from "../wire/json-strings.ts";
import type { FieldTable, Treatment } from "./field-table.ts";

/** A path as the table writes it. */
export function shapeOf(path: JsonPath): string {
	let shape = "";
	// A member's own name must not look like a path of the table.
	for (const step of path) shape += typeof step === "number" ? ".#" : /[.#]/.test(step) ? ".?" : `.${step}`;
	return shape.slice(1);
}

/** A table, ready to be asked. */
export interface CompiledTable {
	readonly treatmentOf: (shape: string) => Treatment | undefined;
	/** The table spells the shape out, without a wildcard. */
	readonly isExact: (shape: string) => boolean;
	/** Shapes that the table spells out, and everything above them. */
	readonly names: ReadonlySet<string>;
	/** A member's path is none of them, and is one to readers without cases (Go), or without lists (`{"0": …}` in JavaScript and PHP). */
	readonly isLikeName: (path: JsonPath) => boolean;
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
		isLikeName: (path) => {
			const shape = shapeOf(path);
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
