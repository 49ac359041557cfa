/** Ordinary answers on which `check` measures what patterns hold back. Written for this purpose; nothing in them is to be found. */
export const SAMPLE_TEXTS: Readonly<Record<"prose" | "code" | "data", string>> = {
	prose: `The short answer is that both approaches work, but they fail in different ways. When the team moved to weekly releases, the
support desk saw fewer calls on Monday and more on Thursday, because people reported problems while they still remembered them.
That alone does not prove much. It does suggest, however, that the old habit of collecting complaints in a spreadsheet hid the
pattern for years. A better plan would be to write down what a good week looks like before you measure anything. Who notices
first when something breaks? How long does it take until the right person hears about it? In our case the answer was "two days",
and nobody had asked. Once we had asked, the rest followed: a small rota, a page with three phone trees, and a rule that whoever
is on duty may stop a release without explaining why. The same thinking helps outside software. A kitchen that cleans as it goes
serves faster than one that cleans at closing time, although every single step takes longer. The reason is the same: work that
waits grows. If you want to try this, pick one process that annoys everybody, keep the change small enough to undo in an hour,
and tell people in advance when you will decide whether it stays. In 2019 a hospital ward did exactly that with its handover
notes. Three months later the notes were shorter, the nurses went home on time, and the ward sister said she would never go back.`,
	code: `export async function loadInvoices(customerId: string, options: LoadOptions = {}): Promise<Invoice[]> {
	const { limit = 50, includeDrafts = false } = options;
	const rows = await database.query("SELECT id, total, created_at FROM invoices WHERE customer_id = $1 LIMIT $2", [customerId, limit]);
	if (rows.length === 0) return [];
	return rows.filter((row) => includeDrafts || row.status !== "draft").map((row) => ({ ...row, total: row.total / 100 }));
}

def moving_average(values, window=7):
    """Return the mean of every run of \`window\` values."""
    if window <= 0:
        raise ValueError("window must be positive")
    total = sum(values[:window])
    result = [total / window]
    for left, right in zip(values, values[window:]):
        total += right - left
        result.append(total / window)
    return result

for file in src/*.ts; do
  grep -q "TODO" "$file" && echo "$file has work left" >> report.txt
done
#pragma once
std::vector<std::pair<int, double>> histogram(const std::vector<double>& samples, int buckets);`,
	data: `date,region,orders,revenue,refunds
2024-01-15,north,182,20412.50,3
2024-01-16,north,175,19870.00,1
2024-01-17,south,201,24119.75,0
{"level":30,"time":1718000123456,"pid":41,"msg":"request completed","path":"/v2/items/48213","status":200,"ms":12.7}
{"level":30,"time":1718000124001,"pid":41,"msg":"request completed","path":"/v2/items/48214","status":404,"ms":3.1}
| sensor | min | max | mean |
|--------|-----|-----|------|
| A-12   | 18.2 | 23.9 | 20.75 |
| A-13   | 17.8 | 24.4 | 21.03 |
commit 9c1f0b7e4d2a8835c6e1f7a90b3d5c2e8f4a6b71 builds in 00:03:12.480, artifact 48.3 MiB, checksum 5f2b9d01`,
};
