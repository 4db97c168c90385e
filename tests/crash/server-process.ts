import { runSojourn, SojournProcess } from '../command/sojourn-process.js';

export interface ServerOptions {
  readonly port: number;
  /** All nodes serve one. */
  readonly issuer: string;
  readonly databaseUrl: string;
  readonly env: Readonly<Record<string, string>>;
}

/** A node: the built command on one port and one store, which can be killed and started again. */
export class ServerProcess {
  readonly #options: ServerOptions;
  #process: SojournProcess | null = null;
  #clockAheadMs = 0;

  constructor(options: ServerOptions) {
    this.#options = options;
  }

  /** Ends with `/`. */
  get address(): string {
    return `http://127.0.0.1:${this.#options.port}/`;
  }

  /** Returns with the line that says that it listens. */
  async start(...args: string[]): Promise<void> {
    const { port, issuer, databaseUrl, env } = this.#options;
    const settings = ['--port', String(port), '--issuer', issuer, '--database-url', databaseUrl];
    this.#process = new SojournProcess(['start', ...settings, ...args], {
      env: { ...env, ...(this.#clockAheadMs > 0 && { NODE_OPTIONS: aheadBy(this.#clockAheadMs) }) },
    });
    await this.#process.issuer();
  }

  /** From its next start on, the node's clock is that much later. */
  moveClock(milliseconds: number): void {
    this.#clockAheadMs += milliseconds;
  }

  /** Returns when the operating system has buried it. */
  async kill(): Promise<void> {
    this.#process?.child.kill('SIGKILL');
    await this.#process?.ended();
    this.#process = null;
  }

  /** What an orchestrator does. @returns the exit code; `null` where a signal ended it. */
  async terminate(): Promise<number | null> {
    this.#process?.child.kill('SIGTERM');
    return (await this.#process?.ended()) ?? null;
  }

  /** What the log holds of some names. */
  async countEvents(names: readonly string[]): Promise<Record<string, number>> {
    const { databaseUrl, env } = this.#options;
    const since = ['--since', '1970-01-02'];
    const logs = await runSojourn(['logs', '--json', ...since, '--database-url', databaseUrl], { env });
    if (logs.code !== 0) throw new Error(`sojourn logs ended with ${logs.code}: ${logs.stderr.join('\n')}`);
    const counts = Object.fromEntries(names.map((name) => [name, 0]));
    for (const line of logs.stdout) {
      const { event, count } = JSON.parse(line) as { event: string; count: number };
      if (event in counts) counts[event] = (counts[event] ?? 0) + count;
    }
    return counts;
  }
}

function aheadBy(milliseconds: number): string {
  const source = `const now=Date.now;Date.now=()=>now()+${milliseconds};`;
  return `--import=data:text/javascript,${encodeURIComponent(source)}`;
}
