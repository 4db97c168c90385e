import { decideValueAge } from '../credential/generation.js';
import type { Attachment, AttachmentMove } from './attachment-store.js';

/** Within this time an attachment's value may be presented, or handed out, once more: tabs renew at once. */
export const ATTACHMENT_OVERLAP_MS = 30_000;

/** Whether an attachment value answers for its session. */
export type AttachmentVerdict =
  | { readonly verdict: 'accept' }
  /** The store lost commits that the browser has seen: the row jumps ahead, nobody is signed out. */
  | { readonly verdict: 'rolled-back' }
  | { readonly verdict: 'replayed' }
  | { readonly verdict: 'ended' };

/**
 * Whether a genuine attachment value still answers.
 *
 * @see design.md 3 (derived credentials) and 4 (attachments)
 */
export function decideAttachment(
  attachment: Attachment,
  presented: { readonly kid: string; readonly generation: number },
  now: number,
): AttachmentVerdict {
  if (attachment.endedAt !== null) return { verdict: 'ended' };
  switch (decideValueAge(attachment, presented)) {
    case 'newer':
      return { verdict: 'rolled-back' };
    case 'current':
      return { verdict: 'accept' };
    case 'foreign':
      return { verdict: 'ended' };
    case 'predecessor':
      return { verdict: now < attachment.movedAt + ATTACHMENT_OVERLAP_MS ? 'accept' : 'replayed' };
    case 'older':
      return { verdict: 'replayed' };
  }
}

/** What becomes of an attachment's row at an exchange. */
export type AttachmentStep =
  /** A first attachment, or one whose session has signed in again and so has a new handle. */
  | { readonly step: 'place' }
  | { readonly step: 'advance' }
  /** Ended by a replay, attached again by the End-User's own hand: no value from before may count as predecessor. */
  | { readonly step: 'revive' }
  | { readonly step: 'repeat' }
  /** The code came from a value that is dead meanwhile: what the browser holds now is newer. */
  | { readonly step: 'none' };

/** What an exchange does to the attachment of its session, client and origin. @see design.md 4 */
export function decideAttachmentStep(
  found: (Attachment & { readonly handleHash: string }) | null,
  move: AttachmentMove,
  now: number,
): AttachmentStep {
  const fresh = move.presentedGeneration === null;
  if (found === null || found.handleHash !== move.handleHash) return { step: fresh ? 'place' : 'none' };
  if (found.endedAt !== null) return { step: fresh ? 'revive' : 'none' };
  const withinOverlap = now < found.movedAt + move.overlapMs;
  if (fresh) return { step: withinOverlap ? 'repeat' : 'advance' };
  const age = found.generation - (move.presentedGeneration ?? 0);
  if (age === 0) return { step: 'advance' };
  return { step: age === 1 && withinOverlap ? 'repeat' : 'none' };
}
