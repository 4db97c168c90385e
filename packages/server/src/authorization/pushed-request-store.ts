/** Keeps what clients pushed until an End-User's browser brings its handle. @see RFC 9126 */
export interface PushedRequestStore {
  keepPushedRequest(pushed: PushedRequest): Promise<void>;
  /**
   * Finds it for a browser, and keeps it for as long as what now begins may take to end.
   *
   * @returns `null` where there is none, or none any more.
   */
  openPushedRequest(opening: {
    readonly handleHash: string;
    readonly now: number;
    readonly keptUntil: number;
  }): Promise<PushedRequest | null>;
  /** The one use of it that is answered. @returns `used` where another came first, or it is not there. */
  usePushedRequest(use: {
    readonly handleHash: string;
    readonly interactionId: string | null;
    readonly now: number;
  }): Promise<'first' | 'used'>;
}

/** An authorization request as its client pushed it. */
export interface PushedRequest {
  readonly handleHash: string;
  readonly clientId: string;
  /** Its parameters, sealed under the handle, which the store does not know: an ID token may be among them. */
  readonly sealedParameters: string;
  /** When no browser may begin with it any more. */
  readonly expiresAt: number;
  /** When the row may go: later, so that a second answer is known for what it is. */
  readonly keptUntil: number;
  readonly usedAt: number | null;
  /** The interaction that ended in its answer; `null` where it needed none. */
  readonly usedBy: string | null;
}
