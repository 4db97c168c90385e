/** Takes the beat that says the service can answer, and has the clock that all nodes share. */
export interface HeartbeatStore {
  /** The clock that all nodes of this store share; `null` where it has none. */
  findClock(): Promise<number | null>;
  /**
   * The latest moment that the store knows to have been: of the last beat, or of what was recorded after it; 0 where it knows
   * none. No time that is judged by lies before it, whatever a machine's clock says.
   */
  findLatestMoment(): Promise<number>;
  /**
   * Says that the service can answer: the store takes a write. A gap between two beats is kept as an outage, which does
   * not count against the overlap of refresh tokens.
   *
   * @returns the store's own clock, where it has one.
   */
  beat(now: number): Promise<{ storeNow: number | null }>;
}
