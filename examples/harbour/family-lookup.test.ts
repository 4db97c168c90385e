import { afterAll, beforeAll, expect, test } from 'vitest';
import { createFamilyLookup, type ToldFamily } from './family-lookup.js';
import { listen } from './listen.js';

const TOLD: ToldFamily = {
  generation: 5,
  rotatedAt: '2026-11-20T12:00:00.000Z',
  repeats: 19,
  startedAt: '2026-11-20T11:00:00.000Z',
  idleExpiresAt: '2026-12-20T12:00:00.000Z',
  expiresAt: null,
  jkt: null,
};

const tokenWith = (claims: object) =>
  `header.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.tag`;
const GOOD = tokenWith({ client_id: 'shop', sid: 'session', grant_id: 'grant' });
const OF_ANOTHER = tokenWith({ client_id: 'docs', sid: 'session', grant_id: 'grant' });

let userinfo: Awaited<ReturnType<typeof listen>>;
let issuer: string;

beforeAll(async () => {
  userinfo = await listen((request, response) => {
    const isGood = [GOOD, OF_ANOTHER].some((token) => request.headers.authorization === `Bearer ${token}`);
    response.writeHead(request.url === '/userinfo' && isGood ? 200 : 401).end('{}');
  }, 0);
  issuer = `http://127.0.0.1:${userinfo.port}/`;
});

afterAll(() => userinfo.stop());

/** What a lookup asked an operator for. */
function lookUp(findFamily: ((id: string) => Promise<ToldFamily | null>) | null) {
  const asked: string[] = [];
  const lookUpFamily = createFamilyLookup({
    issuer,
    clientId: 'shop',
    findFamily:
      findFamily &&
      ((id) => {
        asked.push(id);
        return findFamily(id);
      }),
  });
  return { asked, lookUpFamily };
}

test('whoever holds a good token of the application is told its family, and no id', async () => {
  const { asked, lookUpFamily } = lookUp(async () => TOLD);
  expect(await lookUpFamily(GOOD)).toEqual({
    outcome: 'told',
    family: {
      generation: 5,
      rotatedAt: Date.UTC(2026, 10, 20, 12),
      repeats: 19,
      startedAt: Date.UTC(2026, 10, 20, 11),
      idleExpiresAt: Date.UTC(2026, 11, 20, 12),
      expiresAt: null,
      isBound: false,
    },
  });
  expect(asked).toEqual(['session.grant']);
});

test.each([
  ['that Sojourn refuses', tokenWith({ client_id: 'shop', sid: 'session', grant_id: 'forged' })],
  ['of another application', OF_ANOTHER],
  ['that is none', ''],
])('a token %s is told nothing, and nobody is asked', async (_, token) => {
  const { asked, lookUpFamily } = lookUp(async () => TOLD);
  expect(await lookUpFamily(token)).toEqual({ outcome: 'token-refused' });
  expect(asked).toEqual([]);
});

test.each([
  ['nobody may ask', null],
  ['the operator is not told', async () => null],
  [
    'asking fails',
    async () => {
      throw new Error('away');
    },
  ],
])('where %s, it is not known', async (_, findFamily) => {
  expect(await lookUp(findFamily).lookUpFamily(GOOD)).toEqual({ outcome: 'cannot-know' });
});
