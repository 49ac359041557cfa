import type { z } from "zod";
import { faultWords } from "../core/fault-words.ts";
import type { ConfigFault } from "./config-fault.ts";
import { isPreset, PRESET_NAMES, presetOverrides } from "./presets.ts";
import { quotedName } from "./quoted-name.ts";
import { PolicySection } from "./security-schema.ts";
import type { PlacedIssue } from "./typed-variables.ts";

export type PolicyConfig = z.infer<typeof PolicySection>;

/** A policy with everything it inherits. */
export interface ResolvedPolicy {
	readonly name: string;
	readonly settings: PolicyConfig;
	readonly dryRun: boolean;
	/** From itself to where it begins. */
	readonly lineage: readonly string[];
}

export interface ResolvedPolicies {
	/** `default`, the shipped ones, those of the file. */
	readonly policies: readonly ResolvedPolicy[];
	readonly issues: readonly PlacedIssue[];
	readonly faults: readonly ConfigFault[];
}

type Raw = Readonly<Record<string, unknown>>;

/** The section `security` of a file as it is written, shipped policy underneath. */
export function withBase(security: Raw): Raw {
	const base = security["extends"];
	return typeof base === "string" && isPreset(base) ? merge(presetOverrides(base), security) : security;
}

/**
 * Every policy of a section `security` that is valid otherwise. A policy is what `default` says, what the policies it
 * extends say, and what it says itself, the later before the earlier.
 */
export function resolvePolicies(security: Raw): ResolvedPolicies {
	const own = (security["policies"] ?? {}) as Readonly<Record<string, Raw>>;
	const policies: ResolvedPolicy[] = [];
	const issues: PlacedIssue[] = [];
	const faults: ConfigFault[] = [];
	const base = sectionsOf(withBase(security));
	const names = new Set(["default", ...PRESET_NAMES, ...Object.keys(own)]);
	for (const name of names) {
		const path = name === "default" && !Object.hasOwn(own, name) ? ["security"] : ["security", "policies", name];
		if (Object.hasOwn(own, name) && (name === "default" || isPreset(name))) {
			faults.push({
				path: path.join("."),
				message: `'${name}' is the name of a built-in policy`,
				remedy: "Choose another name, and extend the built-in one.",
			});
			continue;
		}
		const lineage = lineageOf(name, own);
		if (typeof lineage === "string") {
			faults.push({
				path: `${path.join(".")}.extends`,
				message: lineage,
				remedy: `Name one of ${[...Object.keys(own), ...PRESET_NAMES].join(", ")}.`,
			});
			continue;
		}
		const overrides = lineage.map((ancestor) => (ancestor === "default" ? base : sectionsOf(own[ancestor] ?? presetOf(ancestor))));
		const parsed = PolicySection.safeParse(
			overrides.reduceRight((inherited, more) => merge(inherited, more), {}),
			{ error: faultWords },
		);
		const dryRun = (name === "default" ? security : own[name])?.["dry_run"] === true;
		if (parsed.success) policies.push({ name, settings: parsed.data, dryRun, lineage });
		else issues.push(...parsed.error.issues.map((issue) => ({ path: [...path, ...issue.path], issue })));
	}
	return { policies, issues, faults };
}

/** From the policy to `default`, or why there is no such line. */
function lineageOf(name: string, own: Readonly<Record<string, Raw>>): readonly string[] | string {
	const line: string[] = [];
	for (let at = name; at !== "default"; ) {
		if (line.includes(at)) return `extends itself: ${[...line, at].join(" → ")}`;
		if (!isPreset(at) && !Object.hasOwn(own, at)) return `there is no policy ${quotedName(at)}`;
		line.push(at);
		const parent = own[at]?.["extends"];
		at = typeof parent === "string" ? parent : "default";
	}
	return [...line, "default"];
}

function presetOf(name: string): Raw {
	return isPreset(name) ? presetOverrides(name) : {};
}

/** Without what is no part of a policy. */
function sectionsOf(raw: Raw): Raw {
	return Object.fromEntries(Object.entries(raw).filter(([key]) => Object.hasOwn(PolicySection.shape, key)));
}

/** Sections key by key; everything else of `over` takes the place of what `under` has. */
function merge(under: Raw, over: Raw): Raw {
	const merged = Object.entries(over).map(([key, value]) => {
		const inherited = Object.hasOwn(under, key) ? under[key] : undefined;
		return [key, isSection(inherited) && isSection(value) ? merge(inherited, value) : value];
	});
	return { ...under, ...Object.fromEntries(merged) };
}

function isSection(value: unknown): value is Raw {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
