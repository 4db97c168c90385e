import type { Event } from '../events/events.js';
import type { NewFamily } from '../refresh-token/family.js';
import type { AttachmentMove } from '../session/attachment-store.js';
import type { User } from '../user/user.js';
import type { ClaimNames } from '../user/user-claims.js';

/** Keeps authorization codes. RFC 6749 §4.1.2: "The client MUST NOT use the authorization code more than once." */
export interface CodeStore {
  /** Locks the session row: an ended session gives no code, and an interaction gives one. */
  saveAuthorizationCode(issue: {
    code: AuthorizationCode;
    /** The interaction that this code finishes. */
    finishes: string | null;
    /** Whether issuing moves the session's idle clock. */
    touch: boolean;
  }): Promise<'saved' | 'session-ended' | 'interaction-finished'>;
  /** With the End-User it was issued for, as the account is now: one read for all that an exchange asks. */
  findAuthorizationCode(codeHash: string): Promise<{ code: AuthorizationCode; user: User } | null>;
  /** The clients that hold a code of the End-User that nobody has used. */
  findClientsWithCodes(userId: string): Promise<string[]>;
  /** Of many callers with one code, one is told `redeemed`. */
  redeemAuthorizationCode(redemption: {
    /** As it was found; what was issued does not change, whether it was redeemed is looked up anew. */
    code: AuthorizationCode;
    now: number;
    accessTokenExpiresAt: number;
    /** Moves the session's idle clock. */
    touch: boolean;
    attach: AttachmentMove | null;
    /** The refresh token family that begins with it: instead of a grant, whose id it takes. */
    family: NewFamily | null;
    /** Written where the code turns out to have been used before. */
    replayEvents: readonly Event[];
  }): Promise<RedeemOutcome>;
}

/** What one authorization allows. */
export interface Authorization {
  readonly grantId: string;
  readonly clientId: string;
  readonly userId: string;
  readonly sid: string;
  readonly scope: readonly string[];
  /** The API's identifier, or `''` for tokens that only reach userinfo. */
  readonly audience: string;
  /** Of this authorization's own moment; later sign-ins do not change them. */
  readonly authenticatedAt: number;
  readonly amr: readonly string[];
  readonly acr: string | null;
  /** Standard claims asked for one by one, beyond the scopes; `null` where none are. @see OIDC Core §5.5 */
  readonly claims: ClaimNames | null;
}

/** An authorization that waits to be exchanged. Times in milliseconds. @see RFC 6749 §4.1.2 */
export interface AuthorizationCode extends Authorization {
  readonly codeHash: string;
  readonly redirectUri: string;
  /** RFC 7636; `null` only for confidential clients that sent none. */
  readonly codeChallenge: string | null;
  readonly nonce: string | null;
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly redeemedAt: number | null;
  /** `prompt=none`: redemption moves the idle clock only if the End-User was active. */
  readonly silent: boolean;
  /** Whether redemption counts as activity of the End-User. */
  readonly active: boolean;
  /** The attachment handle sealed under the code itself, and the generation its authorization presented. */
  readonly attachment: { readonly sealedHandle: string; readonly presentedGeneration: number | null } | null;
  /** The handle of the family that begins with the exchange, sealed likewise; `grantId` is its hash. */
  readonly sealedFamilyHandle: string | null;
  /** RFC 9449 §10: the key that the exchange must prove; `null` where any or none may. */
  readonly dpopJkt: string | null;
}

/** What became of a code: only `redeemed` earns tokens. */
export type RedeemOutcome =
  | {
      readonly outcome: 'redeemed';
      /** The attachment value to hand out; `null` where none is due. */
      readonly attachment: { readonly generation: number; readonly kid: string } | null;
      /** Whether the session's cookies outlive the browser window. */
      readonly persistent: boolean;
    }
  /** The grant of the first use has been ended in the same step. */
  | { readonly outcome: 'already-redeemed' }
  | { readonly outcome: 'session-ended' }
  | { readonly outcome: 'unknown' };
