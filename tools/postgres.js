import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, readFileSync, realpathSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { adviceFor, findProgram, postgres } from './machine.js';
import { ToolFailure } from './tool-failure.js';

const USER = 'sojourn';
/** Another process may take the port between our look and the server's. */
const ATTEMPTS = 5;

/**
 * A PostgreSQL server of our own, in a folder of its own under the temporary directory.
 *
 * @typedef {object} PostgresServer
 * @property {string} url  Of the database `postgres`, as the superuser.
 * @property {number} port
 * @property {string} folder  Holds everything that it writes, and its socket.
 * @property {string} programs  Folder of `createdb`, `pg_dump` and the like.
 * @property {(signal: 'SIGKILL' | 'SIGQUIT' | 'SIGINT' | 'SIGSTOP' | 'SIGCONT') => Promise<void>} kill  Resolves when the
 *   server has ended; at once for `SIGSTOP` and `SIGCONT`, which reach the first process only.
 * @property {() => Promise<void>} restart  Starts the server that was killed again, on the same port and data.
 * @property {() => Promise<void>} stop  Ends it and takes its folder away.
 */

/**
 * Starts a server that nobody else uses. Debian's own cluster is never touched. It ends with `stop`, and also when this
 * process ends in any way, `SIGKILL` included.
 *
 * @param {{ fsync?: boolean, settings?: Readonly<Record<string, string>> }} [options]  `fsync` for tests that crash the
 *   machine's part of it; a killed process loses nothing without.
 * @returns {Promise<PostgresServer>}
 * @throws {ToolFailure} It is missing, or does not start here.
 */
export async function startPostgres({ fsync = false, settings = {} } = {}) {
  const path = findProgram(postgres, process.env);
  if (path === null) throw new ToolFailure(adviceFor(postgres, process.env));
  const programs = dirname(realpathSync(path));
  const user = findUnprivilegedUser();
  const folder = mkdtempSync(join(tmpdir(), 'sojourn-postgres-'));
  if (user !== null) chownSync(folder, user.uid, user.gid);
  const keeper = startKeeper(folder, user);
  try {
    await run(join(programs, 'initdb'), initdbArguments(folder), folder, user);
    const start = (/** @type {number} */ port) =>
      startServer(
        join(programs, 'postgres'),
        serverArguments(folder, port, { fsync, settings }),
        folder,
        user,
      );
    let { server, port } = await startOnFreePort(start);
    keeper.watch(server);
    return {
      url: `postgres://${USER}@127.0.0.1:${port}/postgres`,
      port,
      folder,
      programs,
      async kill(signal) {
        server.kill(signal);
        if (signal !== 'SIGSTOP' && signal !== 'SIGCONT') await ended(server);
      },
      async restart() {
        server = await start(port);
        keeper.watch(server);
      },
      stop: () => keeper.end(),
    };
  } catch (error) {
    await keeper.end();
    throw error;
  }
}

/** @param {string} folder */
function initdbArguments(folder) {
  const data = ['--pgdata', join(folder, 'data')];
  return [...data, '--no-sync', '--auth=trust', `--username=${USER}`, '--locale=C', '--encoding=UTF8'];
}

/**
 * @param {string} folder
 * @param {number} port
 * @param {{ fsync: boolean, settings: Readonly<Record<string, string>> }} options
 */
function serverArguments(folder, port, { fsync, settings }) {
  const all = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: folder,
    fsync: fsync ? 'on' : 'off',
    full_page_writes: fsync ? 'on' : 'off',
    // Several suites at once, each with a pool for every store that it opens.
    max_connections: '300',
    shared_buffers: '64MB',
    ...settings,
  };
  return [
    '-D',
    join(folder, 'data'),
    ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
}

/** @param {(port: number) => Promise<import('node:child_process').ChildProcess>} start */
async function startOnFreePort(start) {
  for (let attempt = 1; ; attempt += 1) {
    const port = await findFreePort();
    try {
      return { server: await start(port), port };
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
    }
  }
}

/** @returns {Promise<number>} */
async function findFreePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/**
 * PostgreSQL refuses root. Whoever runs it must have a name; of those that every system has, these own nothing.
 *
 * @returns {{ uid: number, gid: number } | null} `null` where this process may run it itself.
 */
function findUnprivilegedUser() {
  if (process.getuid?.() !== 0) return null;
  const entries = readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const name of ['postgres', 'nobody']) {
    const [, , uid, gid] = entries.find((entry) => entry.startsWith(`${name}:`))?.split(':') ?? [];
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new ToolFailure('PostgreSQL does not run as root, and there is neither a user postgres nor nobody.');
}

/**
 * @param {string} command
 * @param {readonly string[]} commandArguments
 * @param {string} folder
 * @param {{ uid: number, gid: number } | null} user
 */
async function run(command, commandArguments, folder, user) {
  const child = spawn(command, commandArguments, { cwd: folder, ...user, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk;
    });
  }
  const [code] = await once(child, 'close');
  if (code !== 0) throw new ToolFailure(`${command} failed:\n${output}`);
}

/**
 * @param {string} command
 * @param {readonly string[]} serverArguments
 * @param {string} folder
 * @param {{ uid: number, gid: number } | null} user
 * @returns {Promise<import('node:child_process').ChildProcess>} When it takes connections.
 */
async function startServer(command, serverArguments, folder, user) {
  // Of a process group of its own: Ctrl-C is for the tests, which then stop it in order.
  const child = spawn(command, serverArguments, {
    cwd: folder,
    detached: true,
    ...user,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let output = '';
  await new Promise((resolve, reject) => {
    const failed = () => reject(new ToolFailure(`${command} did not start:\n${output}`));
    child.once('error', failed);
    child.once('close', failed);
    child.stderr.on('data', (chunk) => {
      output = `${output}${chunk}`.slice(-8_192);
      if (!output.includes('database system is ready to accept connections')) return;
      child.off('close', failed);
      resolve(null);
    });
  });
  // Whoever forgets to stop it shall still be able to end; the keeper sees to it then.
  child.unref();
  const { stderr } = child;
  if ('unref' in stderr && typeof stderr.unref === 'function') stderr.unref();
  return child;
}

/** @param {import('node:child_process').ChildProcess} child */
async function ended(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.ref();
  await once(child, 'exit');
}

/** Reads the server's process id, an empty line where it has ended, until we end; then ends it and clears up. */
const KEEPER = `
pid=
while read -r line; do pid=$line; done
if [ -n "$pid" ]; then
  kill -CONT "$pid" 2>/dev/null
  kill -QUIT "$pid" 2>/dev/null
  tries=0
  while kill -0 "$pid" 2>/dev/null && [ "$tries" -lt 100 ]; do sleep 0.05; tries=$((tries + 1)); done
fi
rm -rf "$1"
`;

/**
 * A shell that outlives this process by as much as it takes to end the server and to remove its folder.
 *
 * @param {string} folder
 * @param {{ uid: number, gid: number } | null} user
 */
function startKeeper(folder, user) {
  const shell = spawn('/bin/sh', ['-c', KEEPER, 'keeper', folder], {
    cwd: '/',
    detached: true,
    ...user,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  shell.unref();
  const { stdin } = shell;
  stdin.on('error', () => {});
  if ('unref' in stdin && typeof stdin.unref === 'function') stdin.unref();
  return {
    /** @param {import('node:child_process').ChildProcess} server */
    watch(server) {
      stdin.write(`${server.pid}\n`);
      server.once('exit', () => stdin.write('\n'));
    },
    async end() {
      stdin.end();
      await ended(shell);
    },
  };
}
