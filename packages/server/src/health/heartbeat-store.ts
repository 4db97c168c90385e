/** Takes the beat that says the service can answer, and has the clock that all nodes share. */
export interface HeartbeatStore {
  /** The clock that all nodes of this store share; `null` where it has none. */
  findClock(): Promise<number | null>;
  /**
   * Says that the service can answer: the store takes a write. A gap between two beats is kept as an outage, which does
   * not count against the overlap of refresh tokens.
   *
   * @returns the store's own clock, where it has one.
   */
  beat(now: number): Promise<{ storeNow: number | null }>;
}
