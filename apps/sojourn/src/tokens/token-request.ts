import { isLimit, isTextOrNull } from '../control/request-fields.js';

/** What a command may ask about refresh tokens. An `id` is a family's: `<sid>.<hash of its handle>`. */
export type TokenRequest =
  | {
      readonly command: 'tokens.list';
      /** An email, username or user id. */
      readonly user: string | null;
      readonly client: string | null;
      readonly session: string | null;
      readonly live: boolean;
      /** `null`: all of them. */
      readonly limit: number | null;
    }
  | { readonly command: 'tokens.show'; readonly id: string }
  | { readonly command: 'tokens.revoke'; readonly id: string }
  | { readonly command: 'tokens.revoke-of-session'; readonly sid: string }
  | {
      readonly command: 'tokens.revoke-of-user';
      readonly user: string;
      /** `null`: every application that was given something for the account. */
      readonly client: string | null;
      readonly withdrawsConsent: boolean;
    }
  /** Everything that an application was ever given, for every account. */
  | { readonly command: 'tokens.revoke-of-client'; readonly client: string };

/** @returns `null` for what is no request about tokens. */
export function parseTokenRequest(fields: Readonly<Record<string, unknown>>): TokenRequest | null {
  const { command, user, client, session, live, limit, id, sid, withdrawsConsent } = fields;
  switch (command) {
    case 'tokens.list':
      return isTextOrNull(user) &&
        isTextOrNull(client) &&
        isTextOrNull(session) &&
        typeof live === 'boolean' &&
        isLimit(limit)
        ? { command, user, client, session, live, limit }
        : null;
    case 'tokens.show':
    case 'tokens.revoke':
      return typeof id === 'string' ? { command, id } : null;
    case 'tokens.revoke-of-session':
      return typeof sid === 'string' ? { command, sid } : null;
    case 'tokens.revoke-of-user':
      return typeof user === 'string' && isTextOrNull(client) && typeof withdrawsConsent === 'boolean'
        ? { command, user, client, withdrawsConsent }
        : null;
    case 'tokens.revoke-of-client':
      return typeof client === 'string' ? { command, client } : null;
    default:
      return null;
  }
}
