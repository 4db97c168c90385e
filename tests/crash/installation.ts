/** A deployment as clients see it, and what may happen to it. */
export interface Installation {
  readonly issuer: string;
  /** The next node's address, in turn, as from a balancer. Ends with `/`. */
  nextAddress(): string;
  /** From a crash until everyone has been answered again, answers may be missing. */
  readonly isDisturbed: boolean;
  crash(): Promise<void>;
  /** Starts what was killed; returns when it says that it is ready. */
  restart(): Promise<void>;
  /** From now on every answer counts again. */
  settle(): void;
  /** SIGTERM to every node. @returns their exit codes. */
  terminate(): Promise<(number | null)[]>;
  /** How often the log has each of these events. */
  countEvents(names: readonly string[]): Promise<Record<string, number>>;
  stop(): Promise<void>;
}
