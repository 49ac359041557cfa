import { accessSync, constants } from "node:fs";
import type { ConfigFault } from "../config/config-fault.ts";
import { makeFolder } from "../core/make-folder.ts";

/** Makes the folder of the audit trail. What keeps it from being written; undefined: nothing. */
export function auditFolderFault(dir: string): ConfigFault | undefined {
	try {
		makeFolder(dir, 0o700);
		accessSync(dir, constants.W_OK | constants.X_OK);
		return undefined;
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		return {
			path: "audit.dir",
			message: `${dir} cannot be written (${code})`,
			remedy: "Give it a folder that the proxy's user may write.",
		};
	}
}
