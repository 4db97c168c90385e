import { mutantsOf } from './entry.js';

const credential = mutantsOf('credential/credential.ts', ['credential/credential.test.ts']);
const check = mutantsOf('credential/secret-check.ts', ['tests/http/secret-check.test.ts']);

export const CREDENTIAL = [
  credential(
    `text += \`\${Buffer.byteLength(part)}:\${part}\`;`,
    'text += part;',
    'the parts of a credential cannot be read as others',
  ),
  credential(
    '.update(lengthPrefixed([kind, handle, clientId, String(generation)]))',
    '.update(lengthPrefixed([kind, handle, clientId]))',
    'a credential’s generation cannot be changed',
  ),
  credential(
    `secret.keyFor(\`credential \${kind}\`)`,
    `secret.keyFor('credential')`,
    'each kind of credential has a key of its own',
  ),
  credential(
    `parts.length !== 5 || version !== 'v1' ||`,
    `parts.length !== 5 ||`,
    'a credential of an unknown version is none',
  ),
  credential(
    'if (secret === undefined || generation > LARGEST_GENERATION) return null;',
    'if (secret === undefined) return null;',
    'a generation has a bound',
  ),
  credential(
    '!/^(?:0|[1-9][0-9]{0,9})$/.test(generationText)',
    '!/^[0-9]{1,10}$/.test(generationText)',
    'a generation has one spelling',
  ),
  credential(
    'presented.length !== expected.length || !timingSafeEqual(presented, Buffer.from(expected))',
    'presented.length !== expected.length',
    'a forged tag is refused',
  ),
  credential(
    '[silentHandle, clientId, origin]',
    '[silentHandle, clientId]',
    'the attachments of two origins have two handles',
    ['credential/credential.test.ts', 'tests/http/attachments.test.ts'],
  ),
  check(
    'if (known.get(kid) !== check) {',
    `if (known.get(kid) === '') {`,
    'another secret under a known id is refused',
  ),
  check(
    'if (!known.has(kid)) {',
    'if (known.size === 0) {',
    'a secret that is not the database’s is refused',
  ),
];
