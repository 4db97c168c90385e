import { guardOutbound, type Outbound, OutboundBusy, type OutboundOptions } from '@sojourn/server';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type OtherServer, startOtherServer } from '../rig/other-server.js';

let other: OtherServer;
let reasons: string[] = [];
beforeAll(async () => {
  other = await startOtherServer();
  other.serve('/good', ['https://a.test/cb']);
  other.answer('/text', (_request, response) => response.end('no JSON'));
  other.answer('/invalid-utf8', (_request, response) => response.end(Buffer.from([0x22, 0xff, 0x22])));
  other.answer('/redirect', (_request, response) =>
    response.writeHead(302, { location: `${other.origin}/good` }).end('["https://a.test/cb"]'),
  );
  other.answer('/redirect-to-http', (_request, response) =>
    response.writeHead(307, { location: 'http://169.254.169.254/latest/meta-data/' }).end(),
  );
  other.answer('/error', (_request, response) => response.writeHead(500).end('["https://a.test/cb"]'));
  other.answer('/slow', () => {});
  other.answer('/slow-body', (_request, response) => {
    response.writeHead(200);
    const drip = setInterval(() => response.write(' '), 20);
    response.on('close', () => clearInterval(drip));
  });
  other.answer('/huge', (_request, response) => {
    response.writeHead(200);
    const pour = (): void => {
      while (response.write('x'.repeat(16_384)));
      if (!response.destroyed) response.once('drain', pour);
    };
    pour();
  });
  other.answer('/announced-huge', (_request, response) => {
    response.writeHead(200, { 'content-length': '10000000' }).write('[');
  });
  other.answer('/packed', (_request, response) =>
    // Good if it were unpacked, and good if its encoding were overlooked.
    response.writeHead(200, { 'content-encoding': 'gzip' }).end('["https://a.test/cb"]'),
  );
  other.answer('/cut', (_request, response) => {
    response.writeHead(200, { 'content-length': '100' }).write('["https://a.test/cb"]');
    setTimeout(() => response.destroy(), 20);
  });
  other.answer('/headers', (_request, response) => {
    response.writeHead(200, { 'x-long': 'y'.repeat(60_000) }).end('[]');
  });
});
afterAll(() => other.stop());
beforeEach(() => {
  reasons = [];
});

/** For whom most calls of these tests are made. */
const PARTY = { id: 'harbour', isStranger: false };

/** Longer than any answer takes here, and where the time is what is looked at, no longer than a test waits for. */
const PATIENT_MS = 30_000;
const BRIEF_MS = 1_500;

function guard(options: OutboundOptions = {}): Outbound {
  return guardOutbound({
    allow: [{ purpose: 'sector', host: 'localhost', port: other.port }],
    extraCa: other.certificate.cert,
    timeoutMs: PATIENT_MS,
    onFailure: ({ reason }) => reasons.push(reason),
    ...options,
  });
}

describe('security.md 85: what the server fetches for others', () => {
  test('an allowed host is called, trusted by the extra authority, and told nothing of us', async () => {
    expect(await guard().fetchJson({ purpose: 'sector', url: `${other.origin}/good`, party: PARTY })).toEqual(
      ['https://a.test/cb'],
    );
    const { cookie, authorization, referer, ...headers } = other.lastHeaders();
    expect([cookie, authorization, referer]).toEqual([undefined, undefined, undefined]);
    expect(headers).toMatchObject({ 'accept-encoding': 'identity', 'user-agent': 'Sojourn' });
  });

  test('a certificate that nobody vouches for is refused', async () => {
    const distrusting = guard({ extraCa: null });
    expect(
      await distrusting.fetchJson({ purpose: 'sector', url: `${other.origin}/good`, party: PARTY }),
    ).toBeUndefined();
  });

  test('a certificate of another name is refused', async () => {
    const allow = [{ purpose: 'sector', host: 'ip6-localhost.example', port: other.port }];
    const resolve = async () => [{ address: '127.0.0.1', family: 4 }];
    const url = `https://ip6-localhost.example:${other.port}/good`;
    expect(
      await guard({ allow, resolve }).fetchJson({ purpose: 'sector', url: url, party: PARTY }),
    ).toBeUndefined();
  });

  test('a form is posted, and its answer bounded like any other', async () => {
    let posted = '';
    other.answer('/form', (request, response) => {
      request.on('data', (chunk: Buffer) => {
        posted += chunk.toString();
      });
      request.on('end', () => response.end());
    });
    const allow = [{ purpose: 'backchannel', host: 'localhost', port: other.port }];
    const form = new URLSearchParams({ logout_token: 'a b' });
    const outcome = await guard({ allow }).call({
      purpose: 'backchannel',
      party: PARTY,
      url: `${other.origin}/form`,
      form,
    });
    expect(outcome).toMatchObject({ outcome: 'answered' });
    expect(posted).toBe('logout_token=a+b');
  });
});

describe('I04, I06: not followed, bounded, and one answer for everything that failed', () => {
  test.each([
    ['/redirect', 'unusable-answer'],
    ['/redirect-to-http', 'unusable-answer'],
    ['/missing', 'unusable-answer'],
    ['/error', 'unusable-answer'],
    ['/packed', 'unusable-answer'],
    ['/text', 'unusable-answer'],
    ['/invalid-utf8', 'unusable-answer'],
    ['/slow', 'too-slow'],
    ['/slow-body', 'too-slow'],
    ['/huge', 'too-big'],
    ['/announced-huge', 'too-big'],
    ['/cut', 'unreachable'],
    ['/headers', 'unreachable'],
  ])('%s', async (path, reason) => {
    const before = other.requests.length;
    const started = performance.now();
    const timeoutMs = reason === 'too-slow' ? BRIEF_MS : PATIENT_MS;
    expect(
      await guard({ timeoutMs }).fetchJson({
        purpose: 'sector',
        url: `${other.origin}${path}`,
        party: PARTY,
      }),
    ).toBeUndefined();
    expect(performance.now() - started).toBeLessThan(4_000);
    expect(reasons).toEqual([reason]);
    expect(other.requests.slice(before)).toEqual([`GET ${path}`]);
  });

  test('the body may be as long as is allowed, and not a byte longer', async () => {
    const outbound = guard({ mostBytes: 100 });
    other.serve('/100', 'x'.repeat(98));
    other.serve('/101', 'x'.repeat(99));
    expect(await outbound.fetchJson({ purpose: 'sector', url: `${other.origin}/100`, party: PARTY })).toBe(
      'x'.repeat(98),
    );
    expect(
      await outbound.fetchJson({ purpose: 'sector', url: `${other.origin}/101`, party: PARTY }),
    ).toBeUndefined();
  });
});

describe('I02: a name counts as what it resolves to, and that is what is connected to', () => {
  const PUBLIC = { address: '93.184.215.14', family: 4 };
  const LOCAL = { address: '127.0.0.1', family: 4 };

  test.each([
    ['loopback', [LOCAL]],
    ['a public and a private address', [PUBLIC, LOCAL]],
    ['IPv6 loopback', [{ address: '::1', family: 6 }]],
    ['an IPv4-mapped address', [{ address: '::ffff:127.0.0.1', family: 6 }]],
    ['the metadata service', [{ address: '169.254.169.254', family: 4 }]],
    ['nothing', []],
  ])('%s is refused without a connection', async (_name, addresses) => {
    const before = other.connections();
    const outbound = guard({ resolve: async () => addresses });
    expect(
      await outbound.fetchJson({
        purpose: 'sector',
        url: `https://localtest.example:${other.port}/good`,
        party: PARTY,
      }),
    ).toBeUndefined();
    expect(reasons).toEqual(['refused']);
    expect(other.connections()).toBe(before);
  });

  test('rebinding: the name is resolved once', async () => {
    let asked = 0;
    const before = other.connections();
    const outbound = guard({
      timeoutMs: BRIEF_MS,
      resolve: async () => {
        asked += 1;
        return [asked === 1 ? PUBLIC : LOCAL];
      },
    });
    await outbound.fetchJson({
      purpose: 'sector',
      url: `https://rebind.example:${other.port}/good`,
      party: PARTY,
    });
    expect(asked).toBe(1);
    expect(other.connections()).toBe(before);
  });

  test('a resolver that never answers costs no more than the time for a call', async () => {
    const outbound = guard({ timeoutMs: BRIEF_MS, resolve: () => new Promise(() => {}) });
    expect(
      await outbound.fetchJson({ purpose: 'sector', url: 'https://never.example/', party: PARTY }),
    ).toBeUndefined();
    expect(reasons).toEqual(['too-slow']);
  });

  test('an exemption is for one purpose: for another there is no connection', async () => {
    const before = other.connections();
    expect(
      await guard().fetchJson({ purpose: 'jwks', url: `${other.origin}/good`, party: PARTY }),
    ).toBeUndefined();
    expect(other.connections()).toBe(before);
  });

  test('who lets 64 calls hang keeps nobody else from calling, and hears that we are busy, not that nothing is there', async () => {
    const third = { id: 'third', isStranger: true };
    const outbound = guard({ allow: [], timeoutMs: BRIEF_MS, resolve: () => new Promise(() => {}) });
    const hanging = Array.from({ length: 64 }, (_, index) =>
      outbound
        .fetchJson({ purpose: 'jwks', url: `https://${index}.slow.example/`, party: third })
        .catch((error: unknown) => error),
    );
    const inOwnShare = outbound.fetchJson({ purpose: 'jwks', url: 'https://one.example/', party: PARTY });
    const ofAnotherPurpose = outbound.fetchJson({
      purpose: 'sector',
      url: 'https://one.example/',
      party: third,
    });
    const answers = await Promise.all(hanging);
    expect(answers.filter((answer) => answer instanceof OutboundBusy)).toHaveLength(48);
    expect(reasons.filter((reason) => reason === 'too-many-calls')).toHaveLength(48);
    // Both were let out, and heard from their own hosts.
    expect([await inOwnShare, await ofAnotherPurpose]).toEqual([undefined, undefined]);
    expect(reasons.filter((reason) => reason === 'too-slow')).toHaveLength(18);
  });

  test('a call that had its time makes room, and its caller hears that we are busy', async () => {
    const outbound = guard();
    const call = () => outbound.fetchJson({ purpose: 'sector', url: `${other.origin}/slow`, party: PARTY });
    const slow = Array.from({ length: 16 }, () => call().catch((error: unknown) => error));
    const good = () => outbound.fetchJson({ purpose: 'sector', url: `${other.origin}/good`, party: PARTY });
    await expect(good()).rejects.toThrow(OutboundBusy);
    await expect.poll(() => good().catch(() => null), { timeout: 10_000 }).toEqual(['https://a.test/cb']);
    expect(await Promise.race(slow)).toBeInstanceOf(OutboundBusy);
  });
});
