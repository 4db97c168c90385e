import { readdirSync, readFileSync } from 'node:fs';

/**
 * What Linux counts of processes.
 *
 * @typedef {object} Usage
 * @property {number} cpuMicroseconds user and system time.
 * @property {number} rssBytes
 */

/** USER_HZ, 100 on every architecture that Node is built for. */
const MICROSECONDS_PER_TICK = 10_000;

/** @param {number} pid */
export function cpuMicrosecondsOf(pid) {
  return readStat(pid).ticks * MICROSECONDS_PER_TICK;
}

/** @param {number} pid */
export function rssBytesOf(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}

/**
 * Of a process that serves with children of its own, as PostgreSQL does. Those that have ended are counted with their
 * parent.
 *
 * @param {number} pid
 * @returns {number}
 */
export function treeCpuMicrosecondsOf(pid) {
  const pids = readdirSync('/proc').map(Number).filter(Number.isInteger);
  const ticks = pids.reduce(
    (sum, one) => sum + (one === pid ? readStat(pid).ticks : ticksOfChild(one, pid)),
    0,
  );
  return ticks * MICROSECONDS_PER_TICK;
}

/**
 * @param {number} pid
 * @param {number} parent
 */
function ticksOfChild(pid, parent) {
  try {
    const stat = readStat(pid);
    return stat.parent === parent ? stat.ticks : 0;
  } catch {
    // It ended while we looked.
    return 0;
  }
}

/** @param {number} pid */
function readStat(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field is the command's name in parentheses and may hold spaces; the parent is field 4, utime field 14.
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + field, 0);
  return { parent: fields[1], ticks };
}
