import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import type { HttpBrowser, Page } from '../rig/http-browser.js';
import { answerOf, authorizationRequest } from '../rig/relying-party.js';
import { browserWithSession } from '../rig/session.js';
import { tenantFile } from '../rig/tenant.js';

const THIRD = { client_id: 'third-d', redirect_uri: 'https://d.test/cb' };
const NATIVE = { client_id: 'native-n', redirect_uri: 'test.harbour.handheld://cb' };
const LEDGER = { audience: 'https://asks.a.test/', scope: 'openid read:ledger' };

let op: Deployment;
let users = 0;
beforeAll(async () => {
  const file = tenantFile();
  const more = Array.from({ length: 20 }, (_, index) => ({
    user_id: `auth0|u${index}`,
    email: `u${index}@harbour.example`,
  }));
  op = await startDeployment({ tenantFile: { ...file, users: [...file.users, ...more] } });
});
afterAll(() => op.stop());

/** A browser of an End-User who has agreed to nothing yet. */
const fresh = () => {
  users += 1;
  return browserWithSession(op, `auth0|u${users}`);
};
const ask = (browser: HttpBrowser, overrides: Record<string, string>) =>
  browser.visit(authorizationRequest(op.issuer, overrides).url);
const silently = async (browser: HttpBrowser, overrides: Record<string, string>) =>
  answerOf(await ask(browser, { ...overrides, prompt: 'none' }));
const isConsentPage = (page: Page) => new URL(page.url).pathname === '/u/consent';

describe('consent', () => {
  test('B02, security.md 50: a third party asks once; until then prompt=none is consent_required, and grants nothing', async () => {
    const browser = await fresh();
    for (let index = 0; index < 2; index += 1) {
      const refused = await silently(browser, THIRD);
      expect([refused.get('error'), refused.get('sojourn_reason')]).toEqual([
        'consent_required',
        'consent-missing',
      ]);
    }
    const page = await ask(browser, THIRD);
    expect(isConsentPage(page)).toBe(true);
    expect((await browser.submit(page, { decision: 'allow' })).url).toContain('code=');
    expect((await silently(browser, THIRD)).has('code')).toBe(true);
    expect((await ask(browser, THIRD)).url).toContain('code=');
  });

  test('the page says who asks, for what in words, where the answer goes and whose account it is', async () => {
    const browser = await fresh();
    const { html } = await ask(browser, { ...THIRD, ...LEDGER });
    for (const words of [
      'Somebody Else',
      'Know who you are',
      'Read the ledger',
      'd.test',
      `u${users}@harbour`,
    ])
      expect(html).toContain(words);
  });

  test('a first-party client is not asked about, except at an API that says so', async () => {
    const browser = await fresh();
    expect((await ask(browser, {})).url).toContain('code=');
    expect(isConsentPage(await ask(browser, LEDGER))).toBe(true);
    expect((await silently(browser, LEDGER)).get('error')).toBe('consent_required');
  });

  test('more scope than was agreed to asks again; less does not', async () => {
    const browser = await fresh();
    const narrow = { ...THIRD, scope: 'openid' };
    await browser.submit(await ask(browser, narrow), { decision: 'allow' });
    const wide = { ...THIRD, scope: 'openid email' };
    expect((await silently(browser, wide)).get('error')).toBe('consent_required');
    await browser.submit(await ask(browser, wide), { decision: 'allow' });
    expect((await silently(browser, wide)).has('code')).toBe(true);
    expect((await silently(browser, narrow)).has('code')).toBe(true);
    expect((await silently(browser, { ...THIRD, scope: 'openid profile' })).get('error')).toBe(
      'consent_required',
    );
  });

  test('security.md 50: a client that cannot prove who it is asks each time, and silently gets nothing', async () => {
    const browser = await fresh();
    for (let index = 0; index < 2; index += 1) {
      const page = await ask(browser, NATIVE);
      expect(isConsentPage(page)).toBe(true);
      expect((await browser.submit(page, { decision: 'allow' })).url).toContain('code=');
      const refused = await silently(browser, NATIVE);
      expect([refused.get('error'), refused.get('sojourn_reason')]).toEqual([
        'consent_required',
        'client-unproven',
      ]);
    }
  });

  test('prompt=consent asks although it was given', async () => {
    const browser = await fresh();
    const page = await ask(browser, { prompt: 'consent' });
    expect(isConsentPage(page)).toBe(true);
    expect((await browser.submit(page, { decision: 'allow' })).url).toContain('code=');
  });

  test('not allowed: access_denied with state and iss, nothing is remembered, and the next request asks anew', async () => {
    const browser = await fresh();
    const request = authorizationRequest(op.issuer, THIRD);
    const answer = answerOf(await browser.submit(await browser.visit(request.url), { decision: 'deny' }));
    expect([answer.get('error'), answer.get('state'), answer.get('iss'), answer.has('code')]).toEqual([
      'access_denied',
      request.state,
      op.issuer,
      false,
    ]);
    expect(isConsentPage(await ask(browser, THIRD))).toBe(true);
    expect(await op.store.findConsents(`auth0|u${users}`, 'third-d')).toEqual([]);
  });

  test('neither button: the page comes again, and nothing was agreed to', async () => {
    const browser = await fresh();
    const again = await browser.submit(await ask(browser, THIRD), { decision: 'perhaps' });
    expect(isConsentPage(again)).toBe(true);
    expect((await silently(browser, THIRD)).get('error')).toBe('consent_required');
  });

  test('one End-User’s consent is none of another’s', async () => {
    const first = await fresh();
    await first.submit(await ask(first, THIRD), { decision: 'allow' });
    const second = await fresh();
    expect((await silently(second, THIRD)).get('error')).toBe('consent_required');
  });
});
