import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import type { HttpBrowser } from '../rig/http-browser.js';
import { refresh, refreshTenant, refreshTokensFor } from '../rig/refresh.js';
import { redeem } from '../rig/relying-party.js';
import { askInFrame, codeFor } from '../rig/requests.js';
import { browserWithSession, copyOf } from '../rig/session.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A clock that somebody sets, in a server that keeps its heartbeat, as servers do. */
describe('SQLite: what has expired stays expired, though the machine’s clock is set back by an hour', () => {
  let folder: string;
  let op: Deployment;
  const start = (joins?: Deployment) =>
    startDeployment({
      tenantFile: joins === undefined ? refreshTenant() : {},
      databaseUrl: `sqlite:${join(folder, 'sojourn.db')}`,
      heartbeat: true,
      ...(joins && { joins }),
    });
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sojourn-clock-'));
    op = await start();
  });
  afterEach(async () => {
    await op.stop();
    rmSync(folder, { recursive: true });
  });

  const reasonOf = async (browser: HttpBrowser) => (await askInFrame(op, browser)).response.sojourn_reason;
  const things = {
    'a session': async () => {
      const browser = await browserWithSession(op);
      op.clock.advance(72 * HOUR + MINUTE);
      // The server that takes the place of this one has a port of its own.
      return async () => (await reasonOf(copyOf(op, browser))) === 'session-expired-idle';
    },
    'a code': async () => {
      const { code, verifier } = await codeFor(op, await browserWithSession(op));
      op.clock.advance(30 * MINUTE);
      return async () => (await redeem(op.issuer, { code, code_verifier: verifier })).status === 400;
    },
    'a refresh token': async () => {
      const tokens = await refreshTokensFor(op, await browserWithSession(op));
      op.clock.advance(15 * 24 * HOUR + MINUTE);
      return async () => (await refresh(op, tokens.refresh_token)).status === 400;
    },
  };

  for (const [name, make] of Object.entries(things)) {
    test(name, async () => {
      const isDead = await make();
      expect(await isDead()).toBe(true);
      op.clock.advance(-HOUR);
      expect(await isDead()).toBe(true);
    });

    test(`${name}, after a restart as well`, async () => {
      const isDead = await make();
      expect(await isDead()).toBe(true);
      await op.stop();
      op.clock.advance(-HOUR);
      op = await start(op);
      expect(await isDead()).toBe(true);
    });
  }

  test('and an honest retry is no replay where it is set back by five minutes in between', async () => {
    const { refresh_token: token } = await refreshTokensFor(op, await browserWithSession(op));
    const rotated = await refresh(op, token);
    op.clock.advance(-5 * MINUTE);
    const again = await refresh(op, token);
    expect(again.body.refresh_token).toBe(rotated.body.refresh_token);
    const next = await refresh(op, rotated.body.refresh_token);
    expect(next.status).toBe(200);
    expect((await refresh(op, next.body.refresh_token)).status).toBe(200);
  });
});
