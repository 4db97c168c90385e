import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { attachedPartition, exchangeInPage } from '../rig/attachments.js';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import { createPostgresDatabase, type PostgresDatabase } from '../rig/postgres-database.js';
import { OFFLINE, refresh, refreshTenant, refreshTokensFor } from '../rig/refresh.js';
import { askInFrame } from '../rig/requests.js';
import { browserWithSession, claimsOf } from '../rig/session.js';

const LARGE = 'https://large.a.test/';
/** 60 scopes of 48 letters: with the others some 3,000 characters, and a request may write 4,096. */
const SCOPES = Array.from({ length: 60 }, (_, index) =>
  `${String(index).padStart(2, '0')}-`.padEnd(48, 'scope'),
);

describe.each(['sqlite', 'postgres'])(
  'an API with 60 scopes of 48 letters, all asked for, on %s',
  (store) => {
    let database: PostgresDatabase | null = null;
    let op: Deployment;
    beforeAll(async () => {
      const file = refreshTenant();
      const api = {
        identifier: LARGE,
        name: 'Large',
        signing_alg: 'ES256',
        allow_offline_access: true,
        scopes: SCOPES.map((value) => ({ value })),
      };
      database = store === 'postgres' ? await createPostgresDatabase() : null;
      op = await startDeployment({
        tenantFile: { ...file, resourceServers: [...file.resourceServers, api] },
        ...(database !== null && { databaseUrl: database.url }),
      });
    });
    afterAll(async () => {
      await op.stop();
      await database?.drop();
    });
    const asked = { audience: LARGE, scope: `openid ${SCOPES.join(' ')}` };

    test('the code is exchanged, and the token has them all', async () => {
      const browser = await browserWithSession(op);
      const tokens = await refreshTokensFor(op, browser, 'spa-a', {
        ...asked,
        scope: `${OFFLINE} ${SCOPES.join(' ')}`,
      });
      expect(String(claimsOf(tokens.access_token).scope).split(' ')).toEqual(expect.arrayContaining(SCOPES));
      expect((await refresh(op, tokens.refresh_token)).status).toBe(200);
    });

    test('an attachment renews them', async () => {
      const partition = await attachedPartition(op, await browserWithSession(op), asked);
      const { response, request } = await askInFrame(op, partition, asked);
      const answer = await exchangeInPage(partition, op, { ...request, code: response.code as string });
      expect(answer.status).toBe(200);
    });
  },
);
