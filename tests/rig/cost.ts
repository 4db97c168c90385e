const TRIES = 5;
/** What is refused may cost this many times what an honest request of its kind costs here and now. */
export const TIMES_AT_MOST = 20;

/**
 * Holds what a hostile call costs this process against what an honest one costs it in the same moments: how fast and how
 * busy the machine is says nothing then. Of some tries of each the cheapest counts, because whatever else the process does
 * only adds to one.
 *
 * @returns how many times as much the hostile one costs, at most {@link TIMES_AT_MOST} where all is well.
 */
export async function compareCost(
  hostile: () => Promise<unknown> | unknown,
  honest: () => Promise<unknown> | unknown,
): Promise<number> {
  let hostileMs = Number.POSITIVE_INFINITY;
  let honestMs = Number.POSITIVE_INFINITY;
  for (let tries = 0; tries < TRIES; tries += 1) {
    honestMs = Math.min(honestMs, await measureCpuMs(honest));
    hostileMs = Math.min(hostileMs, await measureCpuMs(hostile));
    if (hostileMs <= honestMs * TIMES_AT_MOST) break;
  }
  return hostileMs / honestMs;
}

async function measureCpuMs(call: () => Promise<unknown> | unknown): Promise<number> {
  const before = process.cpuUsage();
  await call();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
