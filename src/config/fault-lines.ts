import { isMap, isNode, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import type { ConfigFault } from "./config-fault.ts";

/** Says of each fault on which line of the file `text` it stands: of a key that is missing, where its section begins. */
export function withLines(faults: readonly ConfigFault[], text: string): ConfigFault[] {
	const lines = new LineCounter();
	const { contents } = parseDocument(text, { lineCounter: lines });
	return faults.map((fault) => {
		const offset = offsetOf(fault.path.split("."), contents);
		return offset === undefined ? fault : { ...fault, message: `${fault.message} (line ${lines.linePos(offset).line})` };
	});
}

/** Where the deepest key of a path begins that is there. */
function offsetOf(path: readonly string[], root: Node | null): number | undefined {
	let offset: number | undefined;
	let node: unknown = root;
	for (const name of path) {
		const pair = isMap(node) ? node.items.find(({ key }) => isScalar(key) && String(key.value) === name) : undefined;
		const begin = pair?.key ?? (isSeq(node) ? node.items[Number(name)] : undefined);
		if (!isNode(begin) || !begin.range) break;
		[offset] = begin.range;
		node = pair === undefined ? begin : pair.value;
	}
	return offset;
}
