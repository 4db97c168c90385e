import { resolve } from 'node:path';
import { buildProblemText, newSecret } from '@sojourn/server';
import { describe, expect, test } from 'vitest';
import { buildDatabaseName, buildStoreUrl } from './database-url.js';
import { collectSettings, type GivenSettings } from './given-settings.js';
import { parseSettings } from './settings.js';

const flags = (args: Record<string, string>): GivenSettings => collectSettings(args, {});
const mistakesIn = (args: Record<string, string>) => {
  const outcome = parseSettings(flags(args));
  return outcome.ok ? [] : outcome.problems.map(buildProblemText);
};

test('with nothing given there is a server on port 4400 with a SQLite file', () => {
  expect(parseSettings({})).toEqual({
    ok: true,
    settings: {
      issuer: null,
      port: 4400,
      host: '127.0.0.1',
      database: { kind: 'file', file: resolve('data/sojourn.db') },
      workers: 1,
      secrets: null,
      trustedProxies: [],
      tls: null,
      outboundAllow: [],
      extraCaFile: null,
      logLevel: 'info',
    },
  });
});

test('a flag goes before its variable, and a mistake is told by the name it was given under', () => {
  const given = collectSettings(
    { port: '1' },
    { SOJOURN_PORT: '2', SOJOURN_HOST: '!', SOJOURN_LOG_LEVEL: '' },
  );
  expect(given).toEqual({ port: { text: '1', from: '--port' }, host: { text: '!', from: 'SOJOURN_HOST' } });
  const outcome = parseSettings(given);
  expect(outcome.ok ? [] : outcome.problems.map(({ path }) => path)).toEqual(['SOJOURN_HOST']);
});

test('all mistakes at once, and no secret in any', () => {
  const mistakes = mistakesIn({
    port: '70000',
    'database-url': 'postgres:hunter2@db/x',
    secret: 'k1:hunter2',
    'trusted-proxies': '10.0.0.0/8, example.com',
    'tls-cert': 'c.pem',
    'outbound-allow': 'upstream=idp.internal:443,rules=db:5432',
  });
  expect(mistakes.map((mistake) => mistake.split(' ')[0])).toEqual([
    '--port',
    '--database-url',
    '--secret',
    '--trusted-proxies',
    '--outbound-allow',
    'SOJOURN_TLS_KEY',
  ]);
  expect(mistakes.join('\n')).not.toContain('hunter2');
  expect(mistakes[1]).toContain('a PostgreSQL address; expected postgres://');
});

describe('the issuer', () => {
  test.each([
    'https://id.example.com/',
    'https://id.example.com:8443/',
    'http://localhost:4400/',
    'http://id.localhost:4400/',
    'http://127.0.0.1/',
    'http://[::1]:4400/',
  ])('%s is taken', (issuer) => expect(mistakesIn({ issuer })).toEqual([]));

  test.each([
    ['http://id.example.com/', 'plain http'],
    ['http://192.168.1.2/', 'plain http'],
    ['https://id.example.com', 'write "https://id.example.com/"'],
    ['https://id.example.com/auth/', 'root of the origin'],
    ['https://id.example.com/?a', 'no query'],
    ['https://id.example.com/#a', 'no query and no fragment'],
    ['https://a:b@id.example.com/', 'no user name'],
    ['https://ID.example.com/', 'write "https://id.example.com/"'],
    ['ftp://id.example.com/', 'expected an https address'],
    ['id.example.com', 'expected an address'],
  ])('%s is refused', (issuer, why) => expect(mistakesIn({ issuer })[0]).toContain(why));

  test('is https where there is a certificate', () => {
    const tls = { 'tls-cert': 'c.pem', 'tls-key': 'k.pem' };
    expect(mistakesIn({ ...tls, issuer: 'http://localhost/' })).toHaveLength(1);
    expect(mistakesIn({ ...tls, issuer: 'https://localhost/' })).toEqual([]);
  });
});

test('lists and secrets are understood', () => {
  const outcome = parseSettings(
    flags({
      'trusted-proxies': '10.0.0.0/8,::1',
      'outbound-allow': 'upstream=[fd00::1]:443,request_uri=rp.internal:8443',
      secret: newSecret(),
    }),
  );
  expect(outcome).toMatchObject({
    ok: true,
    settings: {
      trustedProxies: ['10.0.0.0/8', '::1'],
      outboundAllow: [
        { purpose: 'upstream', host: '[fd00::1]', port: 443 },
        { purpose: 'request_uri', host: 'rp.internal', port: 8_443 },
      ],
    },
  });
});

describe('a SQLite file', () => {
  test('may say where it is written, and the file is named without that', () => {
    const outcome = parseSettings(flags({ 'database-url': 'sqlite:data/shop.db?writer=thread' }));
    const database = { kind: 'file' as const, file: resolve('data/shop.db'), writer: 'thread' as const };
    expect(outcome).toMatchObject({ ok: true, settings: { database } });
    expect(buildStoreUrl(database)).toBe(`sqlite:${resolve('data/shop.db')}?writer=thread`);
    expect(buildStoreUrl({ kind: 'file', file: '/data/shop.db' })).toBe('sqlite:/data/shop.db');
  });

  test.each([
    'sqlite:data/shop.db?writer=worker',
    'sqlite:data/shop.db?mode=ro',
    'sqlite::memory:?writer=thread',
  ])('%s is told as a mistake', (url) => {
    expect(mistakesIn({ 'database-url': url })).toEqual([expect.stringContaining('--database-url')]);
  });
});

describe('a PostgreSQL database', () => {
  const url = 'postgresql://sojourn:hunter2@db.example:6432/id?sslmode=verify-full&pool_max=16';

  test('is taken as it is written, with the secret that all its servers have', () => {
    const outcome = parseSettings(flags({ 'database-url': url, secret: newSecret() }));
    expect(outcome).toMatchObject({ ok: true, settings: { database: { kind: 'postgres', url } } });
    const database = { kind: 'postgres' as const, url };
    expect(buildStoreUrl(database)).toBe(url);
    expect(buildDatabaseName(database)).toBe('postgres://db.example:6432/id');
  });

  test('is not served without a secret, and people are told how to make one', () => {
    const mistakes = mistakesIn({ 'database-url': url });
    expect(mistakes).toEqual([expect.stringMatching(/^SOJOURN_SECRET is missing; .*openssl rand/)]);
  });

  test.each([
    ['postgres://sojourn:hunter2@/id?host=/run/postgresql', 'the PostgreSQL database'],
    ['postgres:///id?host=/run/postgresql', 'postgres:///run/postgresql/id'],
    ['postgres://sojourn:hunter2@[::1]/id', 'postgres://[::1]/id'],
  ])('%s is named without its password', (text, name) => {
    expect(buildDatabaseName({ kind: 'postgres', url: text })).toBe(name);
  });
});
