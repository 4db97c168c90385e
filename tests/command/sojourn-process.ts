import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { requireBuiltCommand } from '../rig/built-command.js';

const COMMAND = fileURLToPath(new URL('../../apps/sojourn/bin/sojourn.js', import.meta.url));

/** The built command, as a shell runs it. */
export class SojournProcess {
  readonly child: ChildProcess;
  readonly #lines: { stdout: string[]; stderr: string[] } = { stdout: [], stderr: [] };
  readonly #closed: Promise<number | null>;
  #waiting: (() => void)[] = [];
  #isOver = false;

  /** @param options.input What is piped in; nothing where absent. */
  constructor(args: readonly string[], options: { env?: Record<string, string>; input?: string } = {}) {
    requireBuiltCommand();
    this.child = spawn(process.execPath, [COMMAND, ...args], { env: { ...environment(), ...options.env } });
    for (const name of ['stdout', 'stderr'] as const) {
      const stream = this.child[name];
      if (stream === null) throw new Error('no pipe');
      createInterface({ input: stream }).on('line', (line) => {
        this.#lines[name].push(line);
        this.#wake();
      });
    }
    this.child.stdin?.end(options.input ?? '');
    this.#closed = once(this.child, 'close').then(([code]) => {
      this.#isOver = true;
      this.#wake();
      return code;
    });
  }

  get stdout(): readonly string[] {
    return this.#lines.stdout;
  }

  get stderr(): readonly string[] {
    return this.#lines.stderr;
  }

  /** The exit code, once all output has come; `null` where a signal ended it. */
  ended(): Promise<number | null> {
    return this.#closed;
  }

  /** The first line that matches. Fails where the process ends without one. */
  async line(name: 'stdout' | 'stderr', pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      for (const line of this.#lines[name]) {
        const found = pattern.exec(line);
        if (found !== null) return found;
      }
      if (this.#isOver)
        throw new Error(`ended without ${pattern}:\n${[...this.stdout, ...this.stderr].join('\n')}`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** The issuer that the process says it serves. */
  async issuer(): Promise<string> {
    const [, issuer = ''] = await this.line('stdout', /^sojourn listening on (\S+)$/);
    return issuer;
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

/** Runs a command to its end. */
export async function runSojourn(
  args: readonly string[],
  options: { env?: Record<string, string>; input?: string } = {},
) {
  const process = new SojournProcess(args, options);
  const code = await process.ended();
  return { code, stdout: process.stdout, stderr: process.stderr };
}

/** Settings of whoever runs the tests belong to another server. */
function environment(): Record<string, string> {
  const entries = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !entry[0].startsWith('SOJOURN_'),
  );
  return { ...Object.fromEntries(entries), NO_COLOR: '1' };
}
