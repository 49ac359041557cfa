/** Chance that an attack scores higher than a benign text; ties count half (Mann and Whitney). */
export function auc(attacks: readonly number[], benign: readonly number[]): number {
	const all = [...attacks.map((score) => ({ score, isAttack: true })), ...benign.map((score) => ({ score, isAttack: false }))];
	all.sort((a, b) => a.score - b.score);
	let rankSum = 0;
	for (let from = 0; from < all.length; ) {
		let to = from;
		while (to < all.length && all[to]?.score === all[from]?.score) to++;
		rankSum += ((from + to + 1) / 2) * all.slice(from, to).filter(({ isAttack }) => isAttack).length;
		from = to;
	}
	return (rankSum - (attacks.length * (attacks.length + 1)) / 2) / (attacks.length * benign.length);
}
