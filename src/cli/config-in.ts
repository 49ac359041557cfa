import type { Config } from "../config/schema.ts";

/** A configuration, or its first fault thrown. Its schema takes 15 MB, which a command without a configuration does not need. */
export async function configIn(file: string): Promise<Config> {
	const { loadConfig } = await import("../config/load.ts");
	const loaded = loadConfig(file);
	if (loaded.ok) return loaded.config;
	const [fault] = loaded.faults;
	throw new Error(`${[file, fault?.path].filter(Boolean).join(", ")}: ${fault?.message}. ${fault?.remedy}`);
}
