/** Subjects of consents that name nobody: everybody of a tenant or with a role. */
const GROUP = /^(?:tenant|role):/;

export function isGroup(subject: string): boolean {
	return GROUP.test(subject);
}
