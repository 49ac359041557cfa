import { createRequire } from "node:module";

function load() {
	try {
		return createRequire(import.meta.url)("./build/secure_llm_proxy_native.node");
	} catch (error) {
		const message = "The native scanner is not built or cannot be loaded. Run script/bootstrap, or `npm run build:native`.";
		throw Object.assign(new Error(message, { cause: error }), { code: "SCANNER_NOT_BUILT" });
	}
}

export const { compile, NativeEngine, hyperscanVersion } = load();
