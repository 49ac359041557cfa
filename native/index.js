import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { isAsBuilt } from "./checksum.mjs";

const addon = fileURLToPath(new URL("./build/secure_llm_proxy_native.node", import.meta.url));

function load() {
	if (!existsSync(addon)) throw unusable("is not built");
	if (!isAsBuilt(addon)) throw unusable(`${addon} is damaged, or was built for another machine or from other sources`);
	try {
		return createRequire(import.meta.url)(addon);
	} catch (error) {
		throw unusable(`cannot be loaded: ${error.message}`, error);
	}
}

function unusable(what, cause) {
	const message = `The native scanner ${what}. Run script/bootstrap, or \`npm run build:native\`.`;
	return Object.assign(new Error(message, { cause }), { code: "SCANNER_NOT_BUILT" });
}

export const { compile, endProcess, hyperscanVersion, NativeEngine } = load();
