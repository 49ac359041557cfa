/** Index of the first of `length` elements for which `isBehind` holds, as it does for all that follow; `length`: none. */
export function firstIndex(length: number, isBehind: (index: number) => boolean): number {
	let low = 0;
	for (let high = length; low < high; ) {
		const middle = (low + high) >> 1;
		if (isBehind(middle)) high = middle;
		else low = middle + 1;
	}
	return low;
}
