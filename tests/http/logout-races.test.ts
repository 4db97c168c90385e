import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import { authorizationRequest, redeem } from '../rig/relying-party.js';
import { askInFrame, codeFor, tokensFor } from '../rig/requests.js';
import { browserWithSession, claimsOf, copyOf, isAlive } from '../rig/session.js';
import { tenantFile } from '../rig/tenant.js';

const ROUNDS = 200;

let op: Deployment;
beforeAll(async () => {
  op = await startDeployment({ tenantFile: tenantFile() });
});
afterAll(() => op.stop());

describe('E07, security.md 73: whatever was answered, afterwards nothing of the session is live', () => {
  test(`${ROUNDS} races of sign-out against prompt=none and against a code exchange`, async () => {
    const seen = { silent: new Set<string>(), exchange: new Set<number>() };
    for (let round = 0; round < ROUNDS; round += 1) {
      const browser = await browserWithSession(op);
      const tokens = await tokensFor(op, browser);
      const tab = copyOf(op, browser);
      const { code, verifier } = await codeFor(op, browser);

      const signOut = () => browser.visit(`${op.issuer}oidc/logout?id_token_hint=${tokens.id_token}`);
      const silent = async () => {
        const asked = await askInFrame(op, tab);
        seen.silent.add(asked.response.code === undefined ? 'refused' : 'issued');
        return asked;
      };
      const exchange = async () => {
        const response = await redeem(op.issuer, { code, code_verifier: verifier });
        seen.exchange.add(response.status);
        return (await response.json()) as { access_token?: string };
      };
      // Client and server share an event loop: a turn more or less each round makes them meet at every point.
      const [, asked, exchanged] = await Promise.all([
        afterTurns(round % 2 === 0 ? 0 : round % 20, signOut),
        afterTurns(round % 30, silent),
        afterTurns(round % 30, exchange),
      ]);
      for (const token of [tokens.access_token, exchanged.access_token])
        if (token !== undefined) expect(await isAlive(op, token)).toBe(false);
      if (asked.response.code !== undefined) {
        const late = await redeem(op.issuer, {
          code: asked.response.code,
          code_verifier: asked.request.verifier,
        });
        expect(late.status).toBe(400);
      }
      expect((await askInFrame(op, tab)).response.error).toBe('login_required');
      expect((await op.store.findSession(claimsOf(tokens.id_token).sid as string))?.endReason).toBe(
        'signed-out',
      );
    }
    // Both sides won at times, or there was no race.
    expect([...seen.silent].sort()).toEqual(['issued', 'refused']);
    expect([...seen.exchange].sort()).toEqual([200, 400]);
  });

  test('20 sign-outs at once: each is answered, one ended it, and all of them forget', async () => {
    const browser = await browserWithSession(op);
    const tokens = await tokensFor(op, browser);
    const tabs = Array.from({ length: 20 }, () => copyOf(op, browser));
    const pages = await Promise.all(
      tabs.map((tab) =>
        tab.visit(
          `${op.issuer}oidc/logout?id_token_hint=${tokens.id_token}&post_logout_redirect_uri=https://a.test/bye`,
        ),
      ),
    );
    for (const page of pages) expect(page.url).toBe('https://a.test/bye');
    for (const tab of tabs) expect(tab.cookies.has('__Host-sojourn.session')).toBe(false);
    const sid = claimsOf(tokens.id_token).sid;
    const events = await op.store.findEvents({ after: 0, since: 0, atMost: 10_000 });
    expect(events.filter((event) => event.name === 'session.signed-out' && event.sid === sid)).toHaveLength(
      1,
    );
  });

  test('B13: 30 silent requests at once with one jar: 30 codes, one sid, cookies as they were', async () => {
    const browser = await browserWithSession(op);
    const before = [...browser.cookies];
    const asked = await Promise.all(Array.from({ length: 30 }, () => askInFrame(op, browser)));
    const sids = await Promise.all(
      asked.map(async ({ request, response }) => {
        const answer = await redeem(op.issuer, {
          code: response.code ?? '',
          code_verifier: request.verifier,
        });
        return claimsOf(((await answer.json()) as { id_token: string }).id_token).sid;
      }),
    );
    expect(new Set(sids).size).toBe(1);
    expect([...browser.cookies]).toEqual(before);
    expect((await browser.visit(authorizationRequest(op.issuer).url)).url).toContain('code=');
  });
});

async function afterTurns<T>(turns: number, call: () => Promise<T>): Promise<T> {
  for (let left = turns; left > 0; left -= 1) await new Promise((resolve) => setImmediate(resolve));
  return call();
}
