import { mutantsOf } from './entry.js';

const address = mutantsOf('outbound/public-address.ts', ['outbound/public-address.test.ts']);
const target = mutantsOf('outbound/target.ts', ['tests/http/outbound-guard.test.ts']);
const proof = mutantsOf('dpop/decide-proof.ts', ['dpop/decide-proof.test.ts']);
const nonce = mutantsOf('dpop/dpop-nonce.ts', ['dpop/dpop-nonce.test.ts']);
const keys = mutantsOf('keys/signing-keys.ts', ['tests/http/key-rotation.test.ts']);

export const KEYS_AND_NETWORK = [
  ...[
    '192.0.0.0/24',
    '192.0.2.0/24',
    '192.31.196.0/24',
    '192.52.193.0/24',
    '192.88.99.0/24',
    '192.175.48.0/24',
  ].map((network) =>
    address(`'${network}', //`, `'255.255.255.255/32', //`, `${network} is not the Internet`),
  ),
  address(`'198.51.100.0/24', //`, `'255.255.255.255/32', //`, '198.51.100.0/24 is not the Internet'),
  address(`'203.0.113.0/24', //`, `'255.255.255.255/32', //`, '203.0.113.0/24 is not the Internet'),
  address(`'169.254.0.0/16', //`, `'255.255.255.255/32', //`, 'the metadata of a cloud is not the Internet'),
  address(`'100.64.0.0/10', //`, `'255.255.255.255/32', //`, '100.64.0.0/10 is not the Internet'),
  address(`'2620:4f:8000::/48', // AS112`, '', 'AS112 is not the Internet, in IPv6 either'),
  address(`'2002::/16', //`, `'3fff::/20', //`, '6to4 is not the Internet'),
  address(
    'if (isWithin(number, NAT64, 128)) return isPublicIPv4(number & 0xffff_ffffn);',
    'if (isWithin(number, NAT64, 128)) return true;',
    'behind NAT64 the address inside decides',
  ),
  target(
    `if (url.username !== '' || url.password !== '') return null;`,
    '',
    'no credentials are sent that stand in a URL',
  ),
  target(`entry.purpose === purpose &&`, '', 'an allowance is for one purpose'),
  target(
    `if (url.protocol !== 'https:' || isLocal(hostname)) return null;`,
    `if (isLocal(hostname)) return null;`,
    'plain http is called only where the operator says so',
  ),
  target(
    `return !hostname.includes('.') || LOCAL_NAMES.test(hostname);`,
    `return !hostname.includes('.');`,
    'names of this network are not called',
  ),
  proof('if (htm !== asked.method) return invalid;', '', 'a proof is for one method'),
  proof(
    'address === null || address !== parseAddress(asked.url)',
    'address === null',
    'a proof is for one address',
  ),
  proof(
    'asked.accessToken !== null && ath !==',
    'asked.accessToken !== null && ath !== undefined && ath !==',
    'a proof beside an access token names it',
  ),
  proof('if (!(off <= FARTHEST_CLOCK_MS)) return invalid;', '', 'a proof of another day is refused'),
  proof(
    `asked.nonce === 'required' || off > CLOCK_TOLERANCE_MS`,
    `asked.nonce === 'required'`,
    'a proof from a clock that is wrong needs a nonce',
  ),
  proof(
    `acceptableUntil: issuedAt + FARTHEST_CLOCK_MS`,
    `acceptableUntil: issuedAt + CLOCK_TOLERANCE_MS`,
    'a proof is remembered for as long as it is accepted',
  ),
  nonce(
    'if (!timingSafeEqual(Buffer.from(match[3]), Buffer.from(deriveTag(secret, issuedAt)))) return null;',
    '',
    'a nonce is ours',
  ),
  nonce('now - issuedAt <= LIFETIME_MS &&', '', 'a nonce lives five minutes'),
  nonce(' && issuedAt - now <= NODE_CLOCKS_MS', '', 'a nonce from the future is none'),
  keys(
    `if (waitMs > 0 && !force) return { outcome: 'too-early', waitMs };`,
    '',
    'no key signs before verifiers know it',
    ['tests/http/key-rotation.test.ts', 'tests/command/keys.test.ts'],
  ),
];
