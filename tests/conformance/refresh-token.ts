import { expect } from 'vitest';
import { jsonOf } from '../rig/requests.js';
import { browserWithSession } from '../rig/session.js';
import { USER_ID } from './deployment.js';
import {
  authorize,
  complete,
  namesOf,
  type Outcome,
  type Party,
  type Proof,
  type Run,
  userinfo,
  verifyIdToken,
} from './flow.js';

const SCOPE = 'openid offline_access';

/** OIDC Core §11: offline access is asked for together with consent. */
export async function signInOffline(run: Run): Promise<Outcome & { readonly refreshToken: string }> {
  const browser = await browserWithSession(run.op, USER_ID);
  const authorization = await authorize(run, browser, { scope: SCOPE, prompt: 'consent' });
  expect(namesOf(run, authorization)).toContain('consent');
  const outcome = await complete(run, authorization);
  // RFC 6749 A.17: VSCHAR.
  expect(outcome.refreshToken).toMatch(/^[\x20-\x7e]+$/);
  return { ...outcome, refreshToken: outcome.refreshToken ?? '' };
}

async function askAgain(
  { op }: Run,
  refreshToken: string,
  proof: Proof,
  scope: string | null,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const body = new URLSearchParams({
    grant_type: 'refresh_token',
    refresh_token: refreshToken,
    ...(scope !== null && { scope }),
    ...proof.fields,
  });
  const response = await fetch(`${op.issuer}oauth/token`, {
    method: 'POST',
    body,
    ...(proof.headers && { headers: proof.headers }),
  });
  expect(response.headers.get('content-type')).toMatch(/^application\/json/);
  return jsonOf(response);
}

/** What the suite asks of one refresh: new tokens of the same sign-in, which work. @see OIDC Core §12.2 */
export async function refreshes(
  run: Run,
  { refreshToken, accessToken, idToken: before }: Outcome & { readonly refreshToken: string },
  scope: string | null = null,
): Promise<void> {
  const { op, party } = run;
  op.clock.advance(1_000);
  const { status, body } = await askAgain(run, refreshToken, await party.prove(), scope);
  expect([status, body.error]).toEqual([200, undefined]);
  expect(String(body.token_type)).toMatch(/^bearer$/i);
  expect(body.expires_in).toBeTypeOf('number');
  expect(body.access_token).not.toBe(accessToken);
  const { idToken: after } = await verifyIdToken(run, String(body.id_token), { nonce: null });
  const { iss, sub, aud, auth_time, iat = 0 } = before;
  expect(after).toMatchObject({ iss, sub, aud, auth_time });
  expect(after.iat).toBeGreaterThan(iat);
  expect((await userinfo(run, String(body.access_token))).sub).toBe(sub);
}

/** Two clients refresh, and the first is refused the token of the second. */
export async function refreshesOwnTokens(run: Run, second: Party): Promise<void> {
  const { body: metadata } = await jsonOf(await fetch(`${run.op.issuer}.well-known/openid-configuration`));
  expect(metadata.grant_types_supported).toContain('refresh_token');
  expect(metadata.scopes_supported).toContain('offline_access');
  await refreshes(run, await signInOffline(run), SCOPE);
  const other = { ...run, party: second };
  const ofOther = await signInOffline(other);
  await refreshes(other, ofOther);
  const taken = await askAgain(run, ofOther.refreshToken, await run.party.prove(), SCOPE);
  expect(taken).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
}
