import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const COMMAND = fileURLToPath(new URL('../apps/sojourn/bin/sojourn.js', import.meta.url));
const run = promisify(execFile);
const LISTENING = /^sojourn listening on (\S+)$/;
/** Lines of the server's own words that are repeated when it dies. */
const LAST_WORDS = 12;

/**
 * Runs `sojourn start` as a person would and waits until it serves. Its full output goes to `sojourn.log` in the
 * folder; its warnings and errors are passed on as well.
 *
 * @param {{ port: number, folder: string, tenantFile: string, onLine: (line: string) => void }} options
 * @returns {Promise<{ issuer: string, ended: Promise<string>, stop: () => Promise<void> }>}
 *   `ended` tells in words why the server ended, if nobody called `stop`
 */
export async function startSojourn({ port, folder, tenantFile, onLine }) {
  const issuer = `http://localhost:${port}/`;
  const child = spawn(
    process.execPath,
    [
      COMMAND,
      'start',
      ...['--port', String(port)],
      ...['--host', '127.0.0.1'],
      ...['--issuer', issuer],
      ...['--database-url', databaseIn(folder)],
      ...['--tenant', tenantFile],
    ],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: environmentWithoutSettings(),
      // A group of its own: Ctrl-C reaches every process of the terminal's group, and the server reads a second
      // signal, which `stop` would then be, as "leave at once".
      detached: process.platform !== 'win32',
    },
  );
  // Where this process falls over, the server must not stay behind on its port.
  const stopAtExit = () => child.kill('SIGTERM');
  process.once('exit', stopAtExit);
  const log = createWriteStream(join(folder, 'sojourn.log'), { flags: 'a', mode: 0o600 });
  /** @type {string[]} */
  const lastWords = [];
  const record = (/** @type {string} */ line) => {
    log.write(`${line}\n`);
    lastWords.push(line);
    if (lastWords.length > LAST_WORDS) lastWords.shift();
  };
  const ended = once(child, 'close').then(([code, signal]) => {
    process.off('exit', stopAtExit);
    log.end();
    const how = signal === null ? `with exit code ${code}` : `by ${signal}`;
    return [`The server ended ${how}.`, ...lastWords].join('\n');
  });

  createInterface({ input: child.stderr }).on('line', (line) => {
    record(line);
    const alarm = readAlarm(line);
    if (alarm !== null) onLine(alarm);
  });
  const stdout = createInterface({ input: child.stdout }).on('line', record);
  const announced = new Promise((/** @type {(issuer: string) => void} */ resolve) => {
    stdout.on('line', (line) => {
      const found = LISTENING.exec(line)?.[1];
      if (found !== undefined) resolve(found);
    });
  });
  const failed = ended.then((words) => {
    throw new Error(words);
  });
  failed.catch(() => {}); // after the start, `ended` alone tells
  return {
    issuer: await Promise.race([announced, failed]),
    ended,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/**
 * Asks the running server for a refresh token family as an operator would, by `sojourn tokens show`.
 *
 * @param {string} folder that the server was started in
 * @param {string} id
 * @returns {Promise<import('./harbour/family-lookup.js').ToldFamily | null>} `null` where the command refused
 */
export async function showFamily(folder, id) {
  const words = ['tokens', 'show', id, '--json', '--database-url', databaseIn(folder)];
  try {
    const { stdout } = await run(process.execPath, [COMMAND, ...words], {
      env: environmentWithoutSettings(),
    });
    return JSON.parse(stdout);
  } catch {
    return null;
  }
}

/** @param {string} folder */
function databaseIn(folder) {
  return `sqlite:${join(folder, 'demo.db')}`;
}

/**
 * A warning or error in the server's log, which is a JSON object per line where no person looks on.
 *
 * @param {string} line
 * @returns {string | null} `null` for everything else
 */
function readAlarm(line) {
  if (!line.startsWith('{')) return null;
  const { level, message } = JSON.parse(line);
  return level === 'warn' || level === 'error' ? `sojourn ${level}: ${message}` : null;
}

/** The demo says all that it needs by flags: a visitor's own `SOJOURN_…` settings belong to another server. */
function environmentWithoutSettings() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('SOJOURN_')));
}
