import { execFileSync } from 'node:child_process';
import { closeSync, fdatasyncSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { spreadOf } from './statistics.js';

/**
 * What the figures depend on. A rate without these means nothing; a ratio without them means less.
 *
 * @typedef {object} Machine
 * @property {string} processor
 * @property {number} cores
 * @property {number} memoryGiB
 * @property {string} system
 * @property {number} loadAverage of the last minute before the start. Foreign load widens every spread.
 * @property {number} fsyncMs median of a 4 KiB append and `fdatasync`.
 * @property {Record<string, string>} versions
 * @property {string} commit
 */

/**
 * @param {string} folder where the databases will be.
 * @param {string | null} postgresVersion of the server, where there is one.
 * @returns {Machine}
 */
export function describeMachine(folder, postgresVersion) {
  return {
    processor: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${process.arch}`,
    loadAverage: loadavg()[0] ?? 0,
    fsyncMs: measureFsync(folder),
    versions: {
      node: process.versions.node,
      sojourn: versionOf('@sojourn/server'),
      'oidc-provider': versionOf('oidc-provider'),
      '@photostructure/sqlite': versionOf('@photostructure/sqlite'),
      pg: versionOf('pg'),
      ...(postgresVersion !== null && { postgres: postgresVersion }),
    },
    commit: findCommit(),
  };
}

/** @param {string} folder */
function measureFsync(folder) {
  const file = join(folder, 'fsync');
  const page = Buffer.alloc(4096, 1);
  const descriptor = openSync(file, 'w');
  const times = [];
  for (let turn = 0; turn < 200; turn++) {
    const startedAt = performance.now();
    writeSync(descriptor, page);
    fdatasyncSync(descriptor);
    times.push(performance.now() - startedAt);
  }
  closeSync(descriptor);
  rmSync(file);
  return spreadOf(times).median;
}

/** @param {string} packageName Its manifest is found beside an entry point, because `exports` may hide it. */
function versionOf(packageName) {
  const require = createRequire(import.meta.url);
  for (const folder of require.resolve.paths(packageName) ?? []) {
    try {
      return String(JSON.parse(readFileSync(join(folder, packageName, 'package.json'), 'utf8')).version);
    } catch {
      // Not in this folder; the next one up may have it.
    }
  }
  return 'unknown';
}

function findCommit() {
  try {
    const git = (/** @type {string[]} */ ...args) =>
      execFileSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8' });
    const changed = git('status', '--porcelain', '--untracked-files=no').trim() !== '';
    return git('rev-parse', '--short=12', 'HEAD').trim() + (changed ? ' with local changes' : '');
  } catch {
    return 'unknown';
  }
}
