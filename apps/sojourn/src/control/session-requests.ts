import { buildEvent, decideFamilyState, type SessionListing, type Store } from '@sojourn/server';
import { buildMomentText } from '../distance.js';
import { buildListedSession, type ListedSession } from '../sessions/listed-session.js';
import { findSidFault } from '../sessions/session-id.js';
import type { ListedFamily } from '../tokens/listed-family.js';
import type { ControlPorts } from './control-ports.js';
import type { ControlAnswer, RequestOf } from './control-request.js';
import { everyPage } from './every-page.js';
import { buildAccountText, buildApplicationsText, findFilter, findNamedUser } from './named-in-request.js';
import { findTodaysConfiguration, type TodaysConfiguration } from './todays-configuration.js';
import { buildNamedFamily, everyPageOfFamilies } from './token-requests.js';

type Answer = (line: ControlAnswer) => Promise<void>;

/** A session with its families, as it is shown. */
export interface ShownSession {
  readonly session: ListedSession;
  readonly families: readonly ListedFamily[];
}

/** Tells sessions, those first that began first. */
export async function answerSessionList(
  request: RequestOf<'sessions.list'>,
  { store, now }: ControlPorts,
  answer: Answer,
  signal: AbortSignal,
): Promise<void> {
  const today = await findTodaysConfiguration(store);
  const filter = await findFilter(request, today, store);
  if ('refused' in filter) return answer(filter);
  const at = now();
  let told = 0;
  for await (const page of everyPageOfSessions(filter, store)) {
    const accounts = await findAccountTexts(page, store);
    for (const listing of page) {
      if (signal.aborted) return;
      const listed = buildNamedSession(listing, accounts, today, at);
      if (request.live && listed.state !== 'live') continue;
      if (told === request.limit) return answer({ done: 'There are more. Leave --limit out to see all.' });
      told += 1;
      await answer({ row: listed });
    }
  }
  return answer({ done: told === 0 ? buildEmptyText(request) : '' });
}

/** Tells one session with its refresh token families. */
export async function answerSession(
  { sid }: RequestOf<'sessions.show'>,
  { store, now }: ControlPorts,
  answer: Answer,
): Promise<void> {
  const session = await findSession(sid, store);
  if ('refused' in session) return answer(session);
  const listing: SessionListing = { session, participants: await store.findParticipants(sid) };
  const today = await findTodaysConfiguration(store);
  const accounts = await findAccountTexts([listing], store);
  const at = now();
  const families: ListedFamily[] = [];
  for await (const page of everyPageOfFamilies({ userId: null, clientId: null, sid }, store)) {
    families.push(...page.map((standing) => buildNamedFamily(standing, today, at)));
  }
  const row: ShownSession = { session: buildNamedSession(listing, accounts, today, at), families };
  await answer({ row });
  return answer({ done: '' });
}

/** Ends one session with all that it gave, except what its application may keep. */
export async function endSession(
  { sid }: RequestOf<'sessions.end'>,
  { store, now }: ControlPorts,
): Promise<ControlAnswer> {
  const session = await findSession(sid, store);
  if ('refused' in session) return session;
  const { userId } = session;
  const user = await store.findUser(userId);
  const name = `The session ${sid} of ${user === null ? userId : buildAccountText(user)}`;
  const at = now();
  const reason = 'revoked';
  const events = [buildEvent(at, 'session.ended', { sid, userId, reason })];
  const end = await store.endSession({ sid, reason, now: at, events });
  if (end.outcome === 'already-ended') {
    const ended = await store.findSession(sid);
    const moment = ended?.endedAt ? `: ${ended.endReason}, ${buildMomentText(ended.endedAt, at)}` : '';
    return { done: `${name} has ended already${moment}.` };
  }
  const today = await findTodaysConfiguration(store);
  const took = buildTookPartText(end.participants, today);
  return { done: `${name} ended. ${took}${await findOutlivingText(sid, today, at, store)}` };
}

/** Ends every session of an account, with what outlives a session too. */
export async function endSessionsOfUser(
  { user: name }: RequestOf<'sessions.end-of-user'>,
  { store, now }: ControlPorts,
): Promise<ControlAnswer> {
  const found = await findNamedUser(name, store);
  if ('refused' in found) return found;
  const { userId } = found.user;
  const at = now();
  const reason = 'revoked';
  const events = [buildEvent(at, 'session.ended', { userId, reason })];
  const end = await store.endSessionsOfUser({ userId, reason, now: at, events });
  const account = buildAccountText(found.user);
  if (end.outcome === 'unknown') return { refused: `There is no account ${JSON.stringify(name)}.` };
  if (end.sessions === 0) return { done: `Every session of ${account} has ended already.` };
  const participants = new Set<string>();
  for await (const page of everyPageOfSessions({ userId, clientId: null }, store)) {
    const endedNow = page.filter(({ session }) => session.endedAt === at && session.endReason === reason);
    for (const clientId of endedNow.flatMap((listing) => listing.participants)) participants.add(clientId);
  }
  const today = await findTodaysConfiguration(store);
  const count = `${end.sessions} ${end.sessions === 1 ? 'session' : 'sessions'}`;
  return { done: `${count} of ${account} ended. ${buildTookPartText(participants, today)}` };
}

/** Every session that a filter leaves, dead ones too. */
export function everyPageOfSessions(
  filter: { readonly userId: string | null; readonly clientId: string | null },
  store: Store,
): AsyncGenerator<readonly SessionListing[]> {
  return everyPage<SessionListing>((last, atMost) =>
    store.findSessions({ ...filter, after: last?.session.sid ?? null, atMost }),
  );
}

async function findSession(sid: string, store: Store) {
  const fault = findSidFault(sid);
  if (fault !== null) return { refused: fault };
  const session = await store.findSession(sid);
  return session ?? { refused: `There is no session ${sid}. See: sojourn sessions list` };
}

async function findAccountTexts(
  page: readonly SessionListing[],
  store: Store,
): Promise<ReadonlyMap<string, string>> {
  const userIds = new Set(page.map(({ session }) => session.userId));
  const users = await Promise.all([...userIds].map((userId) => store.findUser(userId)));
  return new Map(users.flatMap((user) => (user === null ? [] : [[user.userId, buildAccountText(user)]])));
}

function buildNamedSession(
  listing: SessionListing,
  accounts: ReadonlyMap<string, string>,
  { sessionLimits, applicationOf }: TodaysConfiguration,
  now: number,
): ListedSession {
  const { userId } = listing.session;
  const names = { account: accounts.get(userId) ?? userId, applicationOf };
  return buildListedSession(listing, names, sessionLimits, now);
}

function buildTookPartText(participants: Iterable<string>, today: TodaysConfiguration): string {
  const clientIds = [...participants];
  return clientIds.length === 0
    ? 'No application took part.'
    : `${buildApplicationsText(clientIds, ' took part', today)}.`;
}

/** Some applications may keep their refresh tokens beyond the end; whoever ends a session may not expect it. */
async function findOutlivingText(
  sid: string,
  { policyOf }: TodaysConfiguration,
  now: number,
  store: Store,
): Promise<string> {
  let count = 0;
  for await (const page of everyPageOfFamilies({ userId: null, clientId: null, sid }, store)) {
    count += page.filter((standing) => {
      const policy = policyOf(standing.family.clientId);
      return policy !== null && decideFamilyState(standing, policy, now).state === 'live';
    }).length;
  }
  if (count === 0) return '';
  return `\n${count} of its refresh token families may outlive it. To revoke: sojourn tokens revoke --session ${sid}`;
}

function buildEmptyText({ user, client, live }: RequestOf<'sessions.list'>): string {
  return user === null && client === null && !live
    ? 'No sessions. One begins when somebody signs in.'
    : 'No session matches.';
}
