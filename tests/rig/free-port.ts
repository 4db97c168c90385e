import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * Below the ports that systems give away: nobody takes one of these while our server is away. Each of vitest's workers
 * has a range of its own, for two that look at the same moment would find the same one free.
 */
const WORKERS_PORTS = 1_500;
const FIRST_PORT = 20_000 + WORKERS_PORTS * (Number(process.env.VITEST_POOL_ID ?? 0) % 8);

/** A port that is free now and that nobody is given by chance. */
export async function findPort(): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST_PORT, FIRST_PORT + WORKERS_PORTS);
    const isFree = await new Promise<boolean>((resolve) => {
      const probe = createServer();
      probe.once('error', () => resolve(false));
      probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
    });
    if (isFree) return port;
  }
}
