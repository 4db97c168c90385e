import type { Event } from '../events/events.js';
import type { Session } from './session.js';

/** Keeps attachments. @see design.md 4 */
export interface AttachmentStore {
  findAttachment(handleHash: string): Promise<{ attachment: Attachment; session: Session } | null>;
  endAttachment(end: {
    handleHash: string;
    now: number;
    events: readonly Event[];
  }): Promise<'ended' | 'already-ended'>;
  /** A genuine value newer than its row: the store was rolled back, and the row jumps ahead. */
  advanceAttachment(advance: {
    handleHash: string;
    generation: number;
    kid: string;
    now: number;
    events: readonly Event[];
  }): Promise<void>;
}

/** One per session, client and origin, with a generation that moves at each exchange. */
export interface Attachment {
  readonly sid: string;
  readonly clientId: string;
  readonly origin: string;
  readonly generation: number;
  /** The secret that made the current and the previous generation's value; any other is refused. */
  readonly kid: string;
  readonly previousKid: string | null;
  readonly movedAt: number;
  /** The key that codes given on it are bound to. */
  readonly jkt: string | null;
  readonly endedAt: number | null;
}

/** What an exchange wants to become of the attachment of its session, client and origin. */
export interface AttachmentMove {
  readonly handleHash: string;
  readonly kid: string;
  readonly origin: string;
  /** The generation the code's own authorization presented; `null` where it came from no attachment. */
  readonly presentedGeneration: number | null;
  /** Within this time a value may be given again instead of the next. */
  readonly overlapMs: number;
  /** The key of the exchange: codes given on the attachment are bound to it. */
  readonly jkt: string | null;
}
