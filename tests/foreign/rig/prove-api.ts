import { describe, expect, test } from 'vitest';
import { httpRequest } from '../../rig/http-request.js';
import type { Server } from './server.js';
import { Visitor } from './visitor.js';

/** What only `beforeAll` can bring. */
export interface ApiSetting {
  readonly server: Server;
  /** Of the API. */
  readonly api: string;
  /** Of an application that asks for tokens of this API. */
  readonly origin: string;
}

/**
 * The same proof for every API: it takes what the server signed for it and nothing else.
 *
 * @param pages where the application signs in, and a page of the API that answers with the `sub` of the caller.
 */
export function proveApi(
  name: string,
  pages: { login: string; orders: string },
  setting: () => ApiSetting,
): void {
  describe(name, () => {
    const ask = async (token: string) =>
      httpRequest('GET', new URL(pages.orders, setting().api).href, { authorization: `Bearer ${token}` });

    test('takes an access token of its own, and knows whose it is', async () => {
      const { access_token: token } = await tokensOf(setting(), pages.login);
      const { status, text } = await ask(token);
      expect([status, text]).toEqual([200, expect.stringContaining(String(claimsOf(token).sub))]);
    });

    test('takes no token whose claims were changed', async () => {
      const { access_token: token } = await tokensOf(setting(), pages.login);
      const [header = '', , signature = ''] = token.split('.');
      const claims = Buffer.from(JSON.stringify({ ...claimsOf(token), sub: 'auth0|eve' }));
      expect((await ask([header, claims.toString('base64url'), signature].join('.'))).status).toBe(401);
    });

    test('takes no token that was signed for another audience', async () => {
      const { id_token: token } = await tokensOf(setting(), pages.login);
      expect((await ask(token)).status).toBe(401);
    });

    test('takes no request without a token', async () => {
      expect((await httpRequest('GET', new URL(pages.orders, setting().api).href)).status).toBe(401);
    });
  });
}

async function tokensOf({ server, origin }: ApiSetting, login: string) {
  server.wire.forget();
  await new Visitor(origin, server.issuer).open(login);
  const [exchange] = server.wire.of('/oauth/token');
  return JSON.parse(exchange?.received ?? '{}') as { access_token: string; id_token: string };
}

function claimsOf(jwt: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;
}
