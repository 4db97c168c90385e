/** The only challenge method spoken here: `plain` protects nothing that TLS does not. @see RFC 9700 §2.1.1 */
export const CODE_CHALLENGE_METHOD = 'S256';

/** `code-verifier = 43*128unreserved`. @see RFC 7636 §4.1 */
export function isCodeVerifier(value: string): boolean {
  return /^[A-Za-z0-9\-._~]{43,128}$/.test(value);
}

/** A base64url SHA-256 is exactly 43 characters. @see RFC 7636 §4.2 */
export function isCodeChallenge(value: string): boolean {
  return /^[A-Za-z0-9\-_]{43}$/.test(value);
}
