import { mutantsOf } from './entry.js';

const state = mutantsOf('session/session.ts', ['session/session.test.ts']);
const attachment = mutantsOf('session/attachment.ts', ['session/attachment.test.ts']);
const found = mutantsOf('session/browser-session.ts', [
  'tests/http/attachments.test.ts',
  'tests/http/attachment-renewal.test.ts',
]);
const cookies = mutantsOf('session/session-cookies.ts', ['tests/http/cookies.test.ts']);
const begin = mutantsOf('session/begin-session.ts', ['session/begin-session.test.ts']);
const binding = mutantsOf('browser/browser-binding.ts', ['browser/browser-binding.test.ts']);
const form = mutantsOf('browser/form-token.ts', ['browser/form-token.test.ts']);
const oneSession = ['tests/http/one-browser-one-session.test.ts'];
const limit = mutantsOf('session/silent-limit.ts', ['session/silent-limit.test.ts']);
const buckets = mutantsOf('http/token-buckets.ts', ['session/silent-limit.test.ts']);

export const SESSION = [
  begin(
    'if (account.blocked || session.authenticatedAt < account.notBefore)',
    'if (account.blocked)',
    'a proof from before the password changed begins nothing',
  ),
  begin(
    'found.userId === userId && found.authenticatedAt >= account.notBefore',
    'found.userId === userId',
    'a session that is dead by notBefore is not renewed',
  ),
  begin(
    'found.sid !== cookieSid && found.browserGeneration > generation',
    'found.browserGeneration > generation',
    'who has the session cookie renews it by an older binding as well',
  ),
  begin(
    "if (standing.some(isOutdated)) return { next: 'refuse-binding' };",
    '',
    'a value of the binding from before the session begins none in its place',
  ),
  begin(
    'standing.some((found) => found.userId !== userId)',
    'false',
    'the binding changes where somebody else was signed in',
  ),
  binding(
    'Math.max(secondOf(now), generation + 1)',
    'secondOf(now)',
    'the next value of a binding is always another',
  ),
  binding(
    'return isYoung(generation, now) ? 0 : generation;',
    'return generation;',
    'while a binding is young, values of before find what begins',
  ),
  binding(
    'if (browserHash !== binding.browserHash) return false;',
    '',
    'an interaction is finished by its own browser',
  ),
  form(
    "return isEqual(person, givenPerson) ? 'genuine' : 'outdated';",
    "return 'genuine';",
    'a form acts for the End-User it was shown for',
  ),
  found(
    'if (bound === null || bound.formerHandleHash !== hashHandle(formerHandle)) return null;',
    'if (bound === null) return null;',
    'a binding alone answers for nobody',
    oneSession,
  ),
  found(
    'if (!wasJustReplaced(bound.session, now())) return null;',
    '',
    'the predecessor of a session cookie counts for 30 s',
    oneSession,
  ),
  found(
    'if (former === null || !wasJustReplaced(former, now())) return null;',
    'if (former === null) return null;',
    'the predecessor of a silent cookie counts for 30 s',
    oneSession,
  ),
  state(
    'if (now >= absoluteAt) return',
    'if (now > absoluteAt) return',
    'a session expires in the millisecond of its absolute limit',
  ),
  state(
    'if (now >= idleAt) return',
    'if (now > idleAt) return',
    'a session expires in the millisecond of its idle limit',
  ),
  state(
    'idleAt: session.lastActiveAt + Math.min(session.idleLimitMs, limits.idleMs),',
    'idleAt: session.lastActiveAt + session.idleLimitMs,',
    'a stricter idle limit of today counts',
  ),
  state(
    'absoluteAt: session.limitsStartedAt + Math.min(session.absoluteLimitMs, limits.absoluteMs),',
    'absoluteAt: session.limitsStartedAt + limits.absoluteMs,',
    'a stricter absolute limit of the start counts',
  ),
  state(
    'session.userBlocked || session.endedAt !== null ||',
    'session.endedAt !== null ||',
    'the session of a blocked account has ended',
  ),
  state(
    ' || session.authenticatedAt < session.userNotBefore;',
    ';',
    'a session from before notBefore has ended',
  ),

  attachment(
    `if (attachment.endedAt !== null) return { verdict: 'ended' };`,
    '',
    'an attachment that was ended answers no more',
  ),
  attachment(
    `now < attachment.movedAt + ATTACHMENT_OVERLAP_MS ? 'accept' : 'replayed'`,
    `'accept'`,
    'an attachment’s predecessor past the overlap is a replay',
  ),
  attachment(
    `case 'foreign':
      return { verdict: 'ended' };`,
    `case 'foreign':
      return { verdict: 'accept' };`,
    'an attachment of a secret that is not its own is dead',
  ),
  attachment(
    `if (found.endedAt !== null) return { step: fresh ? 'revive' : 'none' };`,
    `if (found.endedAt !== null) return { step: 'revive' };`,
    'a code that came from a value that is dead meanwhile revives nothing',
  ),
  attachment(
    `return { step: age === 1 && withinOverlap ? 'repeat' : 'none' };`,
    `return { step: withinOverlap ? 'repeat' : 'none' };`,
    'only the predecessor of an attachment is handed the current value again',
  ),
  attachment(
    `if (fresh) return { step: withinOverlap ? 'repeat' : 'advance' };`,
    `if (fresh) return { step: 'advance' };`,
    'two tabs that attach at once get one value',
  ),

  found(' || row.attachment.origin !== place.origin', '', 'an attachment of one origin answers no other'),
  found(
    'row === null || row.attachment.clientId !== place.clientId ||',
    'row === null ||',
    'an attachment of one client answers no other',
    ['tests/http/attachments.test.ts', 'credential/credential.test.ts'],
  ),
  found(
    `drop: attached.session.endedAt === null ? crowded : dropIt`,
    `drop: crowded`,
    'a dead attachment is dropped by the browser',
    ['tests/http/attachments.test.ts'],
  ),
  found(
    `if (first.session.sid !== attached.session.sid) return { found: first, drop: dropIt };`,
    '',
    'an attachment of another session than the cookie’s is ignored',
    ['tests/http/attachments.test.ts'],
  ),

  cookies(
    `buildSetCookie(SESSION, session, { sameSite: 'Lax', maxAgeSeconds }),`,
    `buildSetCookie(SESSION, session, { sameSite: 'None', maxAgeSeconds }),`,
    'the session cookie is Lax',
  ),
  cookies(
    'const maxAgeSeconds = persistent ? LONGEST_COOKIE_SECONDS : null;',
    'const maxAgeSeconds = LONGEST_COOKIE_SECONDS;',
    'a browser-length session’s cookie ends with the browser',
  ),
  cookies('partitioned: true,\n', '', 'an attachment’s cookie is partitioned'),
  cookies(
    'names.length - ATTACHMENTS_PER_JAR',
    'names.length - 2 * ATTACHMENTS_PER_JAR',
    'a jar holds twenty attachments',
    ['tests/http/attachments.test.ts'],
  ),
  cookies(
    `const place = \`\${clientId} \${origin}\`;`,
    `const place = clientId;`,
    'sibling origins do not overwrite each other’s attachments',
    ['tests/http/attachments.test.ts'],
  ),
  cookies(
    `verifyCredential(secrets, 'attached', value, place.clientId);`,
    `verifyCredential(secrets, 'attached', value);`,
    'an attachment’s value names its client',
    ['tests/http/attachments.test.ts'],
  ),

  buckets(
    'const elapsedMs = Math.max(0, now - bucket.at);',
    'const elapsedMs = now - bucket.at;',
    'a clock that goes back empties no bucket',
  ),
  buckets('if (bucket.tokens < cost) return false;', '', 'silent requests in a loop are slowed down'),
  limit('{place}`', '{sid}`', 'what one page asks uses up no other page’s allowance'),
  limit('{address} $', '{sid} $', 'a page in a loop slows down nobody at another address'),
];
