/** What a running server says of itself. */
export interface ServerStatus {
  readonly issuer: string;
  readonly version: string;
  /** Of Node. */
  readonly nodeVersion: string;
  readonly pid: number;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
}
