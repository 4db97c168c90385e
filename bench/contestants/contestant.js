/** @import { Assignment, Entry } from '../workload.js' */

/**
 * Runs one contestant in this process, on behalf of the benchmark that forked it: starts it, says where it listens,
 * answers how much CPU time it has used, and stops when told.
 *
 * @param {(assignment: Assignment) => Promise<{ entry: Entry, stop: () => Promise<void> }>} start
 */
export async function takePart(start) {
  const send = process.send?.bind(process);
  if (send === undefined) throw new Error('A contestant is started by `npm run bench`, not by hand.');
  // A benchmark that was killed must not leave its servers behind.
  process.on('disconnect', () => process.exit(1));

  const { entry, stop } = await start(JSON.parse(process.argv[2] ?? '{}'));
  process.on('message', async (message) => {
    if (message === 'cpu') {
      const { user, system } = process.cpuUsage();
      send({ cpuMicroseconds: user + system });
    }
    if (message === 'stop') {
      await stop();
      process.exit(0);
    }
  });
  send({ entry });
}
