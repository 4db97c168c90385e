import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type ErrorRequestHandler } from 'express';
import { type AuthOptions, auth, requiredScopes } from 'express-oauth2-jwt-bearer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { trustHere } from '../rig/certificate.js';
import { startWeb, type Web } from '../rig/web.js';

/** The published express-oauth2-jwt-bearer, unmodified, judging real access tokens over https. */
const APIS = { ES256: 'https://es256.a.test/', RS256: 'https://rs256.a.test/' } as const;
/** The same with `token_dialect: rfc9068_profile`, which strict mode wants. */
const PROFILED = { ES256: 'https://es256.strict.a.test/', RS256: 'https://rs256.strict.a.test/' } as const;

type Algorithm = keyof typeof APIS;

let web: Web;
const servers: Server[] = [];

beforeAll(async () => {
  web = await startWeb({
    // Node resolves no `.test` name.
    hostname: 'localhost',
    change: (file) => {
      const scopes = [
        { value: 'read:berths', description: 'See the berths' },
        { value: 'write:berths', description: 'Change the berths' },
      ];
      file.resourceServers.push(
        { identifier: APIS.ES256, name: 'ES256', signing_alg: 'ES256', token_lifetime: 600, scopes },
        // As Auth0 loads it: without an algorithm.
        { identifier: APIS.RS256, name: 'RS256', token_lifetime: 600, scopes },
        ...(['ES256', 'RS256'] as const).map((signing_alg) => ({
          ...{ identifier: PROFILED[signing_alg], name: `strict ${signing_alg}`, signing_alg, scopes },
          token_dialect: 'rfc9068_profile',
        })),
      );
      (file.clientGrants as object[]).push(
        ...[...Object.values(APIS), ...Object.values(PROFILED)].map((audience) => ({
          client_id: 'machine-m',
          audience,
          scope: ['read:berths'],
        })),
      );
    },
  });
  if (web.certificate) trustHere(web.certificate);
});

afterAll(async () => {
  for (const server of servers) server.closeAllConnections();
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  await web.stop();
});

/** An access token that the server gave to a machine just now. */
async function getToken(algorithm: Algorithm, apis: typeof APIS | typeof PROFILED = APIS): Promise<string> {
  const response = await fetch(new URL('oauth/token', web.server.issuer), {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: 'machine-m',
      client_secret: 'a-secret-of-the-nightly-job-long-enough',
      audience: apis[algorithm],
    }),
  });
  expect(response.status).toBe(200);
  return ((await response.json()) as { access_token: string }).access_token;
}

/** What an API says to a token. */
async function ask(token: string, options: AuthOptions, scope = 'read:berths') {
  const api = express();
  api.use(auth({ issuerBaseURL: web.server.issuer, ...options }), requiredScopes(scope));
  api.get('/', (request, response) => {
    response.json(request.auth?.payload);
  });
  const answerError: ErrorRequestHandler = ({ status, code, message }, _request, response, _next) => {
    response.status(status).json({ code, message });
  };
  api.use(answerError);
  const server = createServer(api).listen(0, '127.0.0.1');
  servers.push(server);
  await new Promise((resolve) => server.once('listening', resolve));
  const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, {
    headers: { authorization: `Bearer ${token}` },
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

describe.each(['ES256', 'RS256'] as const)('an API with %s', (algorithm) => {
  const audience = APIS[algorithm];

  test('believes a token of the server, found by discovery alone', async () => {
    const { status, body } = await ask(await getToken(algorithm), { audience });
    expect(body).toMatchObject({
      iss: web.server.issuer,
      aud: audience,
      sub: 'machine-m@clients',
      scope: 'read:berths',
    });
    expect(status).toBe(200);
  });

  test('believes it in strict mode, and only with the algorithm it was told', async () => {
    const token = await getToken(algorithm, PROFILED);
    const strict = { audience: PROFILED[algorithm], strict: true };
    expect(await ask(token, { ...strict, tokenSigningAlg: algorithm })).toMatchObject({ status: 200 });
    const other = algorithm === 'ES256' ? 'RS256' : 'ES256';
    expect(await ask(token, { ...strict, tokenSigningAlg: other })).toMatchObject({ status: 401 });
  });

  test('refuses Auth0’s dialect in strict mode, as at Auth0', async () => {
    expect(await ask(await getToken(algorithm), { audience, strict: true })).toMatchObject({ status: 401 });
  });

  test('refuses it for another audience', async () => {
    expect(await ask(await getToken(algorithm), { audience: 'https://else.a.test/' })).toMatchObject({
      status: 401,
      body: { code: 'invalid_token' },
    });
  });

  test('refuses a scope that was not granted', async () => {
    expect(await ask(await getToken(algorithm), { audience }, 'write:berths')).toMatchObject({
      status: 403,
      body: { code: 'insufficient_scope' },
    });
  });

  test('refuses it once it is expired', async () => {
    web.server.clock.advance(-700_000);
    const token = await getToken(algorithm);
    web.server.clock.advance(700_000);
    expect(await ask(token, { audience })).toMatchObject({ status: 401, body: { code: 'invalid_token' } });
  });
});
