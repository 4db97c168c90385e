import { isLimit, isTextOrNull } from '../control/request-fields.js';

/** What a command may ask about sessions. */
export type SessionRequest =
  | {
      readonly command: 'sessions.list';
      /** An email, username or user id. */
      readonly user: string | null;
      readonly client: string | null;
      readonly live: boolean;
      /** `null`: all of them. */
      readonly limit: number | null;
    }
  | { readonly command: 'sessions.show'; readonly sid: string }
  | { readonly command: 'sessions.end'; readonly sid: string }
  | { readonly command: 'sessions.end-of-user'; readonly user: string };

/** @returns `null` for what is no request about sessions. */
export function parseSessionRequest(fields: Readonly<Record<string, unknown>>): SessionRequest | null {
  const { command, user, client, live, limit, sid } = fields;
  switch (command) {
    case 'sessions.list':
      return isTextOrNull(user) && isTextOrNull(client) && typeof live === 'boolean' && isLimit(limit)
        ? { command, user, client, live, limit }
        : null;
    case 'sessions.show':
    case 'sessions.end':
      return typeof sid === 'string' ? { command, sid } : null;
    case 'sessions.end-of-user':
      return typeof user === 'string' ? { command, user } : null;
    default:
      return null;
  }
}
