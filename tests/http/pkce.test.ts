import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import type { HttpBrowser } from '../rig/http-browser.js';
import { answerOf, authorizationRequest, redeem } from '../rig/relying-party.js';
import { codeFor, jsonOf } from '../rig/requests.js';
import { browserWithSession } from '../rig/session.js';
import { tenantFile } from '../rig/tenant.js';

const DESK = { client_id: 'conf-c', redirect_uri: 'https://c.test/cb' };
const SECRET = { client_secret: 'a-secret-of-the-desk-that-is-long-enough' };
const NO_CHALLENGE = { code_challenge: null, code_challenge_method: null };

let op: Deployment;
let browser: HttpBrowser;
beforeAll(async () => {
  op = await startDeployment({ tenantFile: tenantFile() });
  browser = await browserWithSession(op);
});
afterAll(() => op.stop());

describe('security.md 15: PKCE (C05, at the authorization endpoint)', () => {
  test.each([
    ['RFC 9700 §2.1.1: public clients MUST use PKCE', NO_CHALLENGE],
    ['an empty challenge is none', { code_challenge: '' }],
    ['plain is refused', { code_challenge_method: 'plain', code_challenge: 'a'.repeat(43) }],
    ['RFC 7636 §4.3: an absent method means plain, and is refused', { code_challenge_method: null }],
    ['a method without challenge', { code_challenge: null }],
    ['a challenge of 42 characters', { code_challenge: 'a'.repeat(42) }],
    ['a challenge of 44 characters', { code_challenge: 'a'.repeat(44) }],
    ['a challenge with padding', { code_challenge: `${'a'.repeat(42)}=` }],
    ['the method in lower case', { code_challenge_method: 's256' }],
  ])('%s', async (_name, overrides: Record<string, string | null>) => {
    const page = await browser.visit(authorizationRequest(op.issuer, overrides).url);
    expect(page.url).toMatch(/^https:\/\/a\.test\/cb\?/);
    expect(answerOf(page).get('error')).toBe('invalid_request');
    expect(answerOf(page).get('code')).toBeNull();
  });

  test('the refusal of plain says that it is plain which is not served', async () => {
    for (const code_challenge_method of ['plain', null]) {
      const page = await browser.visit(authorizationRequest(op.issuer, { code_challenge_method }).url);
      expect(answerOf(page).get('error_description')).toContain('PKCE is served by S256 alone, not by plain');
    }
  });

  test('confidential clients may leave it out, and what they send counts', async () => {
    const without = await codeFor(op, browser, { ...DESK, ...NO_CHALLENGE });
    const response = await redeem(op.issuer, { ...DESK, ...SECRET, code: without.code }, {});
    expect(response.status).toBe(200);
    const page = await browser.visit(
      authorizationRequest(op.issuer, { ...DESK, code_challenge_method: 'plain' }).url,
    );
    expect(answerOf(page).get('error')).toBe('invalid_request');
  });
});

describe('security.md 15: PKCE (C05, at the token endpoint)', () => {
  const challengeOf = (verifier: string) => createHash('sha256').update(verifier).digest('base64url');

  test('RFC 7636 §4.6: verifier absent, empty, wrong: refused, and the right one still redeems', async () => {
    const { code, verifier } = await codeFor(op, browser);
    for (const code_verifier of [
      null,
      '',
      'b'.repeat(43),
      verifier.toUpperCase(),
      challengeOf(verifier),
      `${verifier} `,
    ]) {
      const { status, body } = await jsonOf(
        await redeem(op.issuer, { code, ...(code_verifier !== null && { code_verifier }) }),
      );
      expect({ status, error: body.error }).toEqual({ status: 400, error: 'invalid_grant' });
      expect(body).not.toHaveProperty('access_token');
    }
    expect((await redeem(op.issuer, { code, code_verifier: verifier })).status).toBe(200);
  });

  test.each([
    ['42 characters', 'a'.repeat(42), 400],
    ['43 characters', 'a'.repeat(43), 200],
    ['128 characters', 'a'.repeat(128), 200],
    ['129 characters', 'a'.repeat(129), 400],
    ['a character outside the alphabet', `${'a'.repeat(43)}+`, 400],
    ['all of the alphabet', 'ABCXYZabcxyz0123456789-._~ABCXYZabcxyz01234', 200],
  ])('RFC 7636 §4.1: a verifier of %s, its hash matching', async (_name, code_verifier, status) => {
    const { code } = await codeFor(op, browser, { code_challenge: challengeOf(code_verifier) });
    expect((await redeem(op.issuer, { code, code_verifier })).status).toBe(status);
  });

  test('RFC 9700 §2.1.1: a verifier without a challenge is a downgrade and refused', async () => {
    const { code } = await codeFor(op, browser, { ...DESK, ...NO_CHALLENGE });
    const fields = { ...DESK, ...SECRET, code };
    const { status, body } = await jsonOf(
      await redeem(op.issuer, { ...fields, code_verifier: 'a'.repeat(43) }, {}),
    );
    expect({ status, error: body.error }).toEqual({ status: 400, error: 'invalid_grant' });
    expect((await redeem(op.issuer, fields, {})).status).toBe(200);
  });

  test('the client’s secret does not stand in for the verifier', async () => {
    const { code, verifier } = await codeFor(op, browser, DESK);
    const fields = { ...DESK, ...SECRET, code };
    expect((await redeem(op.issuer, fields, {})).status).toBe(400);
    expect((await redeem(op.issuer, { ...fields, code_verifier: verifier }, {})).status).toBe(200);
  });
});
