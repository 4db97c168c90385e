/** Signed in by a password alone. */
const PASSWORD = 'urn:sojourn:acr:password';

/** What `acr` may say, the strongest first. @see OIDC Core §2, §3.1.2.1 */
export const ACR_VALUES: readonly string[] = [PASSWORD];

/**
 * What was done when the End-User signed in, as `acr` says it: what was asked for does not change it.
 *
 * @param amr how the session's End-User was authenticated (RFC 8176).
 * @returns `null` where no value says it.
 */
export function computeAcr(amr: readonly string[]): string | null {
  return amr.includes('pwd') ? PASSWORD : null;
}
