import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import type { HttpBrowser } from '../rig/http-browser.js';
import { httpRequest } from '../rig/http-request.js';
import { codeFor } from '../rig/requests.js';
import { browserWithSession } from '../rig/session.js';
import { API, tenantFile } from '../rig/tenant.js';

const SECRET = 'a-secret-of-the-desk-that-is-long-enough';
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
/** Id and secret with everything that the form encoding changes. */
const ODD = { id: 'odd:c+%/&=', secret: 'p:ss w+rd/%&=é~ long enough to be one' };

let op: Deployment;
let browser: HttpBrowser;
beforeAll(async () => {
  const file = tenantFile();
  const desk = file.clients.find(({ client_id }) => client_id === 'conf-c');
  const odd = { ...desk, client_id: ODD.id, name: 'Odd', client_secret: ODD.secret };
  op = await startDeployment({ tenantFile: { ...file, clients: [...file.clients, odd] } });
  browser = await browserWithSession(op);
});
afterAll(() => op.stop());

/** A code of conf-c, and the fields that redeem it but for the client’s authentication. */
async function grant(client_id = 'conf-c'): Promise<Record<string, string>> {
  const redirect_uri = 'https://c.test/cb';
  const { code, verifier } = await codeFor(op, browser, { client_id, redirect_uri });
  return { grant_type: 'authorization_code', code, redirect_uri, code_verifier: verifier };
}

async function post(
  fields: Record<string, string> | [string, string][] | string,
  headers: Record<string, string> = {},
  query = '',
) {
  const body = typeof fields === 'string' ? fields : new URLSearchParams(fields).toString();
  const answer = await httpRequest('POST', `${op.issuer}oauth/token${query}`, { ...FORM, ...headers }, body);
  const json = JSON.parse(answer.text) as Record<string, unknown>;
  return { status: answer.status, error: json.error, json, headers: answer.headers };
}

const basic = (id: string, secret: string) => ({
  authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
});
const formEncoded = (text: string) => new URLSearchParams([['', text]]).toString().slice(1);

describe('security.md 19: POST and form encoding, credentials in the body or header, one method', () => {
  test.each([
    ['client_secret_post', {}, { client_id: 'conf-c', client_secret: SECRET }],
    ['client_secret_basic', basic('conf-c', SECRET), {}],
    [
      'client_secret_basic with the same client_id in the body',
      basic('conf-c', SECRET),
      { client_id: 'conf-c' },
    ],
    [
      'the scheme in another case',
      { authorization: `bAsIc ${Buffer.from(`conf-c:${SECRET}`).toString('base64')}` },
      {},
    ],
  ])('%s', async (_name, headers: Record<string, string>, fields: Record<string, string>) => {
    expect((await post({ ...(await grant()), ...fields }, headers)).status).toBe(200);
  });

  test('RFC 6749 §2.3.1: id and secret with reserved characters are form-encoded in Basic (C09)', async () => {
    const encoded = basic(formEncoded(ODD.id), formEncoded(ODD.secret));
    expect((await post(await grant(ODD.id), encoded)).status).toBe(200);
    // Authlib, Python's requests and `curl -u` do not encode the secret (docs/decisions/0021).
    expect((await post(await grant(ODD.id), basic(formEncoded(ODD.id), ODD.secret))).status).toBe(200);
    const inBody = { client_id: ODD.id, client_secret: ODD.secret };
    expect((await post({ ...(await grant(ODD.id)), ...inBody })).status).toBe(200);
  });

  test('a secret in the query is refused, and so is a code (C09)', async () => {
    const fields = await grant();
    const answer = await post(fields, {}, `?client_id=conf-c&client_secret=${SECRET}`);
    expect(answer).toMatchObject({ status: 400, error: 'invalid_request' });
    const { code, ...rest } = fields;
    const authenticated = { ...rest, client_id: 'conf-c', client_secret: SECRET };
    expect(await post(authenticated, {}, `?code=${code}`)).toMatchObject({ status: 400 });
    expect((await post({ ...fields, client_id: 'conf-c', client_secret: SECRET })).status).toBe(200);
  });

  test.each([
    ['Basic and another client_secret', basic('conf-c', SECRET), { client_secret: 'another' }],
    ['Basic and another client_id', basic('conf-c', SECRET), { client_id: 'spa-a' }],
    [
      'a Bearer header and client_secret',
      { authorization: 'Bearer x' },
      { client_id: 'conf-c', client_secret: SECRET },
    ],
    ['Basic without a colon', { authorization: `Basic ${Buffer.from('conf-c').toString('base64')}` }, {}],
  ])(
    'RFC 6749 §2.3: one authentication method in a request: %s',
    async (_name, headers: Record<string, string>, fields: Record<string, string>) => {
      const answer = await post({ ...(await grant()), ...fields }, headers);
      expect(answer).toMatchObject({ status: 400, error: 'invalid_request' });
    },
  );

  test('docs/decisions/0021: the same credentials in both places are one, and `client:` is how Basic says that there is no secret', async () => {
    const doubled = { client_id: 'conf-c', client_secret: SECRET };
    expect((await post({ ...(await grant()), ...doubled }, basic('conf-c', SECRET))).status).toBe(200);
    const { code, verifier } = await codeFor(op, browser);
    const fields = { code, code_verifier: verifier, redirect_uri: 'https://a.test/cb' };
    const redeem = (id: string, secret: string) =>
      post({ ...fields, grant_type: 'authorization_code' }, basic(id, secret));
    expect((await redeem('spa-a', 'anything')).status).toBe(401);
    expect((await redeem('conf-c', '')).status).toBe(401);
    expect((await redeem('spa-a', '')).status).toBe(200);
  });

  test('security.md 52: a wrong secret is one attempt, though it is compared in two spellings', async () => {
    const fields = { grant_type: 'client_credentials', audience: API };
    const right = 'a-secret-of-the-nightly-job-long-enough';
    for (let attempt = 0; attempt < 20; attempt += 1)
      expect((await post(fields, basic('machine-m', `wrong+${attempt}`))).status).toBe(401);
    expect((await post(fields, basic('machine-m', right))).status).toBe(200);
    expect((await post(fields, basic('machine-m', 'wrong+21'))).status).toBe(401);
    expect((await post(fields, basic('machine-m', right))).status).toBe(429);
  });

  test('a confidential client without its secret, and a public client with one, are refused', async () => {
    expect(await post({ ...(await grant()), client_id: 'conf-c' })).toMatchObject({
      status: 401,
      error: 'invalid_client',
    });
    const publicOne = await post({ ...(await grant()), client_id: 'spa-a', client_secret: 'anything' });
    expect(publicOne).toMatchObject({ status: 401, error: 'invalid_client' });
  });
});

describe('security.md 20: failed client authentication', () => {
  test('RFC 6749 §5.2: 401, with WWW-Authenticate where Basic was tried, without where not', async () => {
    const tried = await post(await grant(), basic('conf-c', 'wrong'));
    expect(tried).toMatchObject({ status: 401, error: 'invalid_client' });
    expect(tried.headers.get('www-authenticate')).toMatch(/^Basic realm="[^"]+"/);
    const body = { ...(await grant()), client_id: 'conf-c', client_secret: 'wrong' };
    expect((await post(body)).headers.get('www-authenticate')).toBeNull();
  });

  test('the same answer whether or not the client exists', async () => {
    const fields = await grant();
    const known = await post(fields, basic('conf-c', 'wrong'));
    const unknown = await post(fields, basic('nobody', 'wrong'));
    expect(unknown.json).toEqual(known.json);
    expect(unknown.status).toBe(known.status);
    expect([...unknown.headers.keys()]).toEqual([...known.headers.keys()]);
  });

  test('the code is not spent by whoever does not know the secret', async () => {
    const fields = await grant();
    for (const secret of ['', 'wrong', SECRET.slice(0, -1), `${SECRET} `]) {
      expect((await post({ ...fields, client_id: 'conf-c', client_secret: secret })).status).toBe(401);
    }
    expect((await post({ ...fields, client_id: 'conf-c', client_secret: SECRET })).status).toBe(200);
  });
});

describe('security.md 7: repeated parameters are refused at the token endpoint', () => {
  test.each(['client_id', 'code', 'redirect_uri', 'code_verifier', 'grant_type', 'client_secret'])(
    '%s',
    async (name) => {
      const fields = { ...(await grant()), client_id: 'conf-c', client_secret: SECRET };
      const pairs = Object.entries(fields);
      const twice: [string, string][] = [...pairs, [name, fields[name as keyof typeof fields]]];
      expect(await post(twice)).toMatchObject({ status: 400, error: 'invalid_request' });
      expect((await post(fields)).status).toBe(200);
    },
  );
});

describe('C12: grant_type', () => {
  test.each([
    ['missing', '', 'invalid_request'],
    ['unknown', 'grant_type=urn:made:up', 'unsupported_grant_type'],
    ['security.md 18: password', 'grant_type=password&username=mira&password=x', 'unsupported_grant_type'],
    ['security.md 18: implicit', 'grant_type=implicit', 'unsupported_grant_type'],
    ['an array', 'grant_type[]=authorization_code', 'invalid_request'],
    ['a name of Object', 'grant_type=constructor', 'unsupported_grant_type'],
    ['60 KB', `grant_type=${'x'.repeat(60_000)}`, 'unsupported_grant_type'],
  ])('%s', async (_name, body, error) => {
    const answer = await post(`${body}&client_id=spa-a`);
    expect(answer).toMatchObject({ status: 400, error });
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.json.error_description).not.toContain('xxx');
  });

  test('security.md 87: 1 MB is refused by its size', async () => {
    const { status } = await post(`grant_type=${'x'.repeat(1_000_000)}`);
    expect(status).toBe(413);
  });

  test('security.md 87: more parameters than anybody needs are refused', async () => {
    const many = Array.from({ length: 101 }, (_, index) => `p${index}=1`).join('&');
    expect(await post(many)).toMatchObject({ status: 400, error: 'invalid_request' });
  });
});

describe('C13: media types and methods', () => {
  test.each([
    ['multipart', 'multipart/form-data; boundary=x'],
    ['text', 'text/plain'],
    ['none', ''],
    ['a charset that is not UTF-8', 'application/x-www-form-urlencoded; charset=utf-16'],
    ['the name in a parameter', 'text/plain; x=application/x-www-form-urlencoded'],
  ])('%s: 415', async (_name, type) => {
    const body = new URLSearchParams({ ...(await grant()), client_id: 'conf-c', client_secret: SECRET });
    const headers = type === '' ? {} : { 'content-type': type };
    const answer = await httpRequest(
      'POST',
      `${op.issuer}oauth/token`,
      headers as Record<string, string>,
      `${body}`,
    );
    expect(answer.status).toBe(415);
    expect(JSON.parse(answer.text)).toHaveProperty('error', 'invalid_request');
  });

  test.each(['application/x-www-form-urlencoded; charset=UTF-8', 'Application/X-WWW-Form-Urlencoded'])(
    '%s is taken',
    async (type) => {
      const fields = { ...(await grant()), client_id: 'conf-c', client_secret: SECRET };
      expect((await post(fields, { 'content-type': type })).status).toBe(200);
    },
  );

  test('design.md 13: JSON is taken, and nothing but an object of plain values', async () => {
    const json = { 'content-type': 'application/json' };
    const fields = { ...(await grant()), client_id: 'conf-c', client_secret: SECRET };
    for (const body of ['[]', 'null', '"x"', '{', JSON.stringify([fields])]) {
      expect(await post(body, json)).toMatchObject({ status: 400, error: 'invalid_request' });
    }
    expect((await post(JSON.stringify(fields), json)).status).toBe(200);
  });

  test.each(['GET', 'PUT', 'DELETE', 'PATCH', 'HEAD'])('%s: 405', async (method) => {
    const { status, headers } = await httpRequest(method, `${op.issuer}oauth/token?grant_type=x`);
    expect(status).toBe(405);
    expect(headers.get('allow')).toBe('POST, OPTIONS');
  });
});

describe('J03: prototype keys have no effect', () => {
  test.each([
    ['form', '__proto__=x&constructor=y&prototype=z&__proto__[admin]=1&grant_type=authorization_code', {}],
    [
      'JSON',
      '{"__proto__":{"client_id":"conf-c"},"constructor":{"prototype":{"grant_type":"x"}}}',
      { 'content-type': 'application/json' },
    ],
  ])('%s', async (_name, body, headers: Record<string, string>) => {
    const { status, json } = await post(body, headers);
    expect([400, 401]).toContain(status);
    expect(json).not.toHaveProperty('access_token');
    expect(({} as Record<string, unknown>).client_id).toBeUndefined();
    const fields = { ...(await grant()), client_id: 'conf-c', client_secret: SECRET };
    expect((await post(fields)).status).toBe(200);
  });

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('client_id %s', async (client_id) => {
    expect(await post({ ...(await grant()), client_id })).toMatchObject({
      status: 401,
      error: 'invalid_client',
    });
  });
});

test('security.md 88: errors are a fixed vocabulary that repeats nothing of the request', async () => {
  const CANARY = 'canary-7f3a';
  const names = [
    'grant_type',
    'code',
    'client_id',
    'redirect_uri',
    'code_verifier',
    'client_secret',
    'scope',
  ];
  for (const name of names) {
    const { json, headers } = await post({
      ...(await grant()),
      client_id: 'conf-c',
      client_secret: SECRET,
      [name]: CANARY,
    });
    expect(JSON.stringify(json)).not.toContain(CANARY);
    expect(headers.get('server')).toBeNull();
    expect(headers.get('x-powered-by')).toBeNull();
  }
  // The log, too.
  expect(JSON.stringify(op.logLines)).not.toContain(CANARY);
});
