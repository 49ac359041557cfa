/**
 * A name that a configuration gives, as a fault may say it. What does not look like one may be a secret at the wrong place, an
 * address with a password, say; faults stand in logs and in the audit trail.
 */
export function quotedName(name: string): string {
	return /^[\p{L}\p{N}_. -]{1,64}$/u.test(name) ? `'${name}'` : "'…'";
}
