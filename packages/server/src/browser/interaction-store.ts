/** Keeps interactions: leaving for a page and coming back. */
export interface InteractionStore {
  /**
   * Keeps at most `atMost` per browser. The one goes that began closest to another: a person opens forms minutes apart, a
   * page that floods opens them together, and does not push out what was open before.
   */
  startInteraction(interaction: Interaction, atMost: number): Promise<void>;
  findInteraction(id: string): Promise<Interaction | null>;
  recordInteractionProgress(id: string, progress: InteractionProgress): Promise<'recorded' | 'unknown'>;
  /** It ends in an answer to the client that carries no code. Of many callers one is told `finished`. */
  finishInteraction(id: string, now: number): Promise<'finished' | 'already-finished'>;
}

/** A validated authorization request that waits for its End-User. */
export interface Interaction {
  /** 128 random bits; the `state` of pages and of `/continue`. */
  readonly id: string;
  /** SHA-256 of the browser's binding: the browser that began it finishes it. */
  readonly browserHash: string;
  /** The oldest value of the binding that finishes it: the one that began it, or what has taken its place since. */
  readonly browserGeneration: number;
  /** The request's parameters as they were validated. They are validated again at each use. */
  readonly request: readonly (readonly [string, string])[];
  readonly startedAt: number;
  readonly expiresAt: number;
  readonly progress: InteractionProgress;
  /** When it ended in an answer to the client. */
  readonly finishedAt: number | null;
}

/** What the End-User has done in this interaction, each bound to the session it was done in. */
export interface InteractionProgress {
  readonly authenticatedSid: string | null;
  readonly selectedSid: string | null;
  /** "Use another account": the session that stands is not the one that is wanted. */
  readonly wantsAnotherAccount: boolean;
  readonly consentedSid: string | null;
  readonly consentDenied: boolean;
}
