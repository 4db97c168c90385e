import { startContestant } from './start.js';

/** @import { Assignment, ContestantName } from '../workload.js' */

/**
 * Runs one contestant in this process, on behalf of the benchmark that forked it: starts it, says where it listens,
 * answers what it has used of processor and memory, and stops when told.
 */
const send = process.send?.bind(process);
if (send === undefined) throw new Error('A contestant is started by `npm run bench`, not by hand.');
// A benchmark that was killed must not leave its servers behind.
process.on('disconnect', () => process.exit(1));

/** @type {{ name: ContestantName, assignment: Assignment }} */
const { name, assignment } = JSON.parse(process.argv[2] ?? '{}');
const { entry, stop } = await startContestant(name, assignment);
process.on('message', async (message) => {
  if (message === 'usage') {
    const { user, system } = process.cpuUsage();
    send({ cpuMicroseconds: user + system, rssBytes: process.memoryUsage.rss() });
  }
  if (message === 'stop') {
    await stop();
    process.exit(0);
  }
});
send({ entry });
