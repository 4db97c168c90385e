import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';

/** A program of another language that serves http. */
export interface Program {
  stop(): Promise<void>;
}

/**
 * Starts a program and waits until its port takes connections. Fails with all that it wrote where it ends before.
 *
 * @param command the program and its arguments.
 * @param options.env beside the environment of this process.
 */
export async function startProgram(
  [command = '', ...args]: readonly string[],
  { port, cwd, env }: { port: number; cwd: string; env: Readonly<Record<string, string>> },
): Promise<Program> {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // Apache and Maven start children of their own, which must not outlive a test.
    detached: true,
  });
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk) => output.push(String(chunk)));
  const closed = once(child, 'close');
  closed.catch(() => {});
  const end = () => killGroup(child);
  process.once('exit', end);
  const isUp = async () => {
    while (child.exitCode === null && child.signalCode === null) {
      if (await takesConnections(port)) return;
      await setTimeout(100);
    }
    throw new Error(`${command} ended before it served:\n${output.join('')}`);
  };
  await Promise.race([isUp(), closed.then(isUp)]);
  return {
    stop: async () => {
      end();
      await closed;
      process.off('exit', end);
    },
  };
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // It has ended by itself, and with it the group.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function takesConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: 'localhost' }, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
