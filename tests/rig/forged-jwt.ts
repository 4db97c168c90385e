import { createHmac, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

export type Json = Record<string, unknown>;

export const segment = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

export function partsOf(jwt: string): { header: Json; claims: Json; signature: string } {
  const [header = '', claims = '', signature = ''] = jwt.split('.');
  const read = (text: string) => JSON.parse(Buffer.from(text, 'base64url').toString()) as Json;
  return { header: read(header), claims: read(claims), signature };
}

/** A token signed with a key that is nobody’s here, or with HMAC under whatever secret is given. */
export function forge(header: Json, claims: Json, key: KeyObject | Buffer | string | null): string {
  const input = `${segment(header)}.${segment(claims)}`;
  if (key === null) return `${input}.`;
  if (typeof key === 'string' || Buffer.isBuffer(key))
    return `${input}.${createHmac('sha256', key).update(input).digest('base64url')}`;
  const dsaEncoding = 'ieee-p1363' as const;
  return `${input}.${sign('sha256', Buffer.from(input), { key, dsaEncoding }).toString('base64url')}`;
}

export const stranger = {
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
};

/**
 * Every way in which a genuine token may be altered, and what an attacker makes of it with public keys only.
 *
 * @param jwks the published keys.
 * @param listener where headers point that ask the server to fetch a key.
 */
export function forgeriesOf(jwt: string, jwks: readonly Json[], listener: string): [string, string][] {
  const { header, claims, signature } = partsOf(jwt);
  const alg = header.alg as 'ES256' | 'RS256';
  const own = stranger[alg];
  const forged = (more: Json) => forge({ ...header, ...more }, claims, own.privateKey);
  const published = jwks.find(({ kid }) => kid === header.kid) as Json;
  const publicKey = createPublicKey({ key: published as never, format: 'jwk' });
  const [h, c] = jwt.split('.') as [string, string];
  const flipped = [0, 1, 2].flatMap((part) => {
    const parts = jwt.split('.');
    const text = parts[part] as string;
    return [0, Math.floor(text.length / 2), text.length - 3].map((at): [string, string] => {
      const altered = `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`;
      return [`byte ${at} of part ${part}`, parts.toSpliced(part, 1, altered).join('.')];
    });
  });
  const hmac = (secret: Buffer | string) => forge({ ...header, alg: 'HS256' }, claims, secret);
  return [
    ...flipped,
    ...['none', 'None', 'NONE', 'nOnE', ''].flatMap((none): [string, string][] => [
      [`alg ${none}, no signature`, forge({ ...header, alg: none }, claims, null)],
      [`alg ${none}, old signature`, `${segment({ ...header, alg: none })}.${c}.${signature}`],
    ]),
    ['no signature', `${h}.${c}.`],
    ['two parts', `${h}.${c}`],
    ['a fourth part', `${jwt}.x`],
    ['padding', `${jwt}=`],
    ['a stranger’s key under our kid', forged({})],
    ['a stranger’s kid', forged({ kid: 'stranger' })],
    ['no kid', forge({ alg, typ: header.typ }, claims, own.privateKey)],
    ['a kid that is a path', forged({ kid: '../../../../dev/null' })],
    ['a kid that is SQL', forged({ kid: "' UNION SELECT 'key' --" })],
    ['a kid that is a member of Object', forged({ kid: '__proto__' })],
    ['a kid that is an object', forged({ kid: { toString: 1 } })],
    ['jku', forged({ jku: `${listener}jwks` })],
    ['x5u', forged({ x5u: `${listener}x5u` })],
    ['jwk', forged({ jwk: own.publicKey.export({ format: 'jwk' }) })],
    ['jku and a kid of its own', forged({ jku: `${listener}jwks`, kid: 'stranger' })],
    ['crit', forged({ crit: ['b64'], b64: false })],
    ['H02: HS256 under the public key as PEM', hmac(publicKey.export({ type: 'spki', format: 'pem' }))],
    ['H02: HS256 under the public key as DER', hmac(publicKey.export({ type: 'spki', format: 'der' }))],
    ['H02: HS256 under the public key as JWK', hmac(JSON.stringify(published))],
    ['H02: HS256 under the empty secret', hmac('')],
    [
      'the other algorithm’s name',
      `${segment({ ...header, alg: alg === 'ES256' ? 'RS256' : 'ES256' })}.${c}.${signature}`,
    ],
    ['an ES256 signature of zeros', `${h}.${c}.${'A'.repeat(86)}`],
  ];
}
