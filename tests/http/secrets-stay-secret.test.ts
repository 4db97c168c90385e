import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import { faultyStore } from '../rig/faulty-store.js';
import { HttpBrowser, type Page } from '../rig/http-browser.js';
import { authorizationRequest, redeem } from '../rig/relying-party.js';
import { askInFrame, codeFor } from '../rig/requests.js';
import { PASSWORD, tenantFile } from '../rig/tenant.js';

const CLIENT_SECRET = 'a-secret-of-the-desk-that-is-long-enough';
const WRONG_PASSWORD = 'canary-of-a-wrong-password';
const NEW_PASSWORD = 'canary-of-a-new-password';
const WRONG_SECRET = 'canary-of-a-wrong-client-secret';

let op: Deployment;
const { fault, wrapStore } = faultyStore();
const folder = mkdtempSync(join(tmpdir(), 'sojourn-canary-'));
/** What must never be found, by what it is. */
const canaries = new Map<string, string>();
/** Bodies and locations of refusals. */
const refusals: string[] = [];
let files: { name: string; bytes: Buffer }[] = [];
let record: string;

function refused(page: Page | { status: number; html: string }): void {
  expect(page.status).toBeGreaterThanOrEqual(400);
  refusals.push(page.html);
}
async function refusedTokens(fields: Record<string, string>, headers?: Record<string, string>) {
  const response = await redeem(op.issuer, fields, headers);
  refused({ status: response.status, html: await response.text() });
}
const rememberCookies = (browser: HttpBrowser, of: string) => {
  for (const [name, value] of browser.cookies) {
    canaries.set(`cookie ${name} of ${of}`, value);
    if (value.startsWith('v1.')) canaries.set(`handle in ${name} of ${of}`, value.split('.')[2] ?? '');
  }
};

/** Every route, with success and with failure, store well and store gone. */
beforeAll(async () => {
  op = await startDeployment({
    tenantFile: tenantFile(),
    databaseUrl: `sqlite:${join(folder, 'sojourn.db')}`,
    wrapStore,
  });
  for (const value of [PASSWORD, WRONG_PASSWORD, NEW_PASSWORD, CLIENT_SECRET, WRONG_SECRET])
    canaries.set(value, value);

  const browser = new HttpBrowser(op.issuer);
  const login = await browser.visit(authorizationRequest(op.issuer).url);
  refused(await browser.submit(login, { username: 'mira', password: WRONG_PASSWORD }));
  refused(await browser.submit(login, { username: 'mira', password: PASSWORD, csrf: 'x' }));
  refused(
    await browser.submit(
      login,
      { username: 'mira', password: PASSWORD },
      { origin: 'https://evil.test', 'sec-fetch-site': 'cross-site' },
    ),
  );
  await browser.submit(login, { username: 'mira', password: PASSWORD });
  rememberCookies(browser, 'mira');
  const other = new HttpBrowser(op.issuer);
  const signUp = await other.visit(authorizationRequest(op.issuer, { screen_hint: 'signup' }).url);
  refused(await other.submit(signUp, { email: 'mira@harbour.example', password: NEW_PASSWORD }));
  await other.submit(signUp, { email: 'ines@harbour.example', password: NEW_PASSWORD });
  rememberCookies(other, 'ines');

  const { code, verifier } = await codeFor(op, browser);
  canaries.set('code', code);
  canaries.set('code verifier', verifier);
  await refusedTokens({ code, code_verifier: 'A'.repeat(43) });
  await refusedTokens(
    { code, code_verifier: verifier, client_id: 'conf-c', client_secret: WRONG_SECRET },
    {},
  );
  await refusedTokens(
    { code, code_verifier: verifier, client_id: 'conf-c', client_secret: CLIENT_SECRET },
    {},
  );
  const exchanged = await redeem(op.issuer, { code, code_verifier: verifier });
  const tokens = (await exchanged.json()) as { access_token: string; id_token: string };
  for (const line of exchanged.headers.getSetCookie()) {
    const value = line.slice(line.indexOf('=') + 1, line.indexOf(';'));
    canaries.set('attachment', value);
    canaries.set('handle of the attachment', value.split('.')[2] ?? '');
  }
  canaries.set('access token', tokens.access_token);
  canaries.set('id token', tokens.id_token);
  canaries.set('signature of the access token', tokens.access_token.split('.')[2] ?? '');
  await refusedTokens({ code, code_verifier: verifier });

  const silent = await askInFrame(op, browser);
  canaries.set('code of a silent answer', silent.response.code ?? '');
  const posted = await browser.send(
    'POST',
    `${op.issuer}oidc/logout`,
    new URLSearchParams({ client_id: 'spa-a', id_token_hint: tokens.id_token }),
    {},
  );
  expect(posted.status).toBe(303);
  await browser.visit(`${op.issuer}oidc/logout?id_token_hint=${tokens.id_token}x`);

  fault.fails = () => true;
  refused(await browser.submit(login, { username: 'mira', password: PASSWORD }));
  refused(await browser.visit(`${op.issuer}oidc/logout?id_token_hint=${tokens.id_token}`));
  await refusedTokens({ code: silent.response.code ?? '', code_verifier: silent.request.verifier });
  const gone = await fetch(`${op.issuer}userinfo`, {
    headers: { authorization: `Bearer ${tokens.access_token}` },
  });
  refusals.push(await gone.text());
  fault.fails = null;

  await op.server.close();
  record = JSON.stringify(await op.store.findEvents({ after: 0, since: 0, atMost: 10_000 }));
  const logLines = JSON.stringify(op.logLines);
  expect(logLines).toContain('a request failed');
  // As it lies on the disk while the server runs, journal and all.
  files = readdirSync(folder).map((name) => ({ name, bytes: readFileSync(join(folder, name)) }));
});
afterAll(async () => {
  await op.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('L05: canaries driven through success and failure of every route', () => {
  test('there are canaries of every kind, and the places searched are not empty', () => {
    expect(canaries.size).toBeGreaterThanOrEqual(20);
    for (const [name, value] of canaries) expect(value.length, name).toBeGreaterThan(15);
    expect(refusals.length).toBeGreaterThanOrEqual(10);
    expect(op.logLines.length).toBeGreaterThan(3);
    expect(record.length).toBeGreaterThan(1_000);
    const found = files.some(({ bytes }) => bytes.includes('mira@harbour.example'));
    expect(found).toBe(true);
  });

  test('none is in the log', () => {
    const text = JSON.stringify(op.logLines);
    for (const [name, value] of canaries) expect(text.includes(value), name).toBe(false);
  });

  test('none is in the events', () => {
    for (const [name, value] of canaries) expect(record.includes(value), name).toBe(false);
  });

  test('none is in the body of a refusal', () => {
    for (const body of refusals)
      for (const [name, value] of canaries) expect(body.includes(value), name).toBe(false);
  });

  test('security.md 35: none is in the bytes of the database, its journal or its lock', () => {
    const found: string[] = [];
    for (const { name: file, bytes } of files)
      for (const [name, value] of canaries) if (bytes.includes(value)) found.push(`${name} in ${file}`);
    expect(found).toEqual([]);
  });
});
