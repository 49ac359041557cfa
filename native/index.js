import { createRequire } from "node:module";

function load() {
	try {
		return createRequire(import.meta.url)("./build/secure_llm_proxy_native.node");
	} catch (error) {
		throw new Error("The native scanner is not built or cannot be loaded. Run script/bootstrap, or `npm run build:native`.", {
			cause: error,
		});
	}
}

export const { compile, NativeEngine, hyperscanVersion } = load();
