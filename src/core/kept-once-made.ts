/** Makes something at the first call and answers it at every other. An attempt that fails is not kept: the next call makes another. */
export function keptOnceMade<T>(make: () => Promise<T>): () => Promise<T> {
	let kept: Promise<T> | undefined;
	return () => {
		if (kept !== undefined) return kept;
		const making = make();
		kept = making;
		making.catch(() => {
			kept = undefined;
		});
		return making;
	};
}
