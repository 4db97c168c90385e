import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type PostgresServer, startPostgres } from '../../tools/postgres.js';
import { ToolFailure } from '../../tools/tool-failure.js';
import { findPort } from '../rig/free-port.js';
import type { Installation } from './installation.js';
import { ServerProcess } from './server-process.js';
import { writeTenant } from './tenant.js';

const run = promisify(execFile);

/**
 * What dies: one of the nodes, all of them, all of PostgreSQL's processes, or the database as by `pg_ctl stop -m immediate`.
 */
export type Casualty = 'first node' | 'second node' | 'every node' | 'database killed' | 'database stopped';

/** A killed PostgreSQL refuses to start while something of it is still being buried. */
const BURIED_WITHIN_MS = 60_000;

/** Two nodes on one PostgreSQL server of their own, which commits as it would in production. */
export class PostgresInstallation implements Installation {
  readonly issuer: string;
  readonly #nodes: readonly ServerProcess[];
  readonly #database: PostgresServer;
  readonly #casualties: readonly Casualty[];
  readonly #folder: string;
  #crashes = 0;
  #requests = 0;
  isDisturbed = false;

  private constructor(database: PostgresServer, ports: readonly number[], casualties: readonly Casualty[]) {
    this.#database = database;
    this.#casualties = casualties;
    this.#folder = mkdtempSync(join(tmpdir(), 'sojourn-crash-'));
    this.issuer = `http://localhost:${ports[0]}/`;
    const env = { SOJOURN_SECRET: `k1:${'A'.repeat(43)}` };
    const shared = { issuer: this.issuer, databaseUrl: database.url, env };
    this.#nodes = ports.map((port) => new ServerProcess({ ...shared, port }));
  }

  /** @param casualties in turn, from crash to crash. */
  static async start(casualties: readonly Casualty[]): Promise<PostgresInstallation> {
    const database = await startPostgres({ fsync: true, settings: { shared_buffers: '16MB' } });
    const installation = new PostgresInstallation(database, [await findPort(), await findPort()], casualties);
    try {
      const [first, ...others] = installation.#nodes;
      await first?.start('--tenant', writeTenant(installation.#folder));
      await Promise.all(others.map((node) => node.start()));
      return installation;
    } catch (error) {
      await installation.stop();
      throw error;
    }
  }

  nextAddress(): string {
    this.#requests += 1;
    return this.#nodes[this.#requests % this.#nodes.length]?.address ?? '';
  }

  async crash(): Promise<void> {
    this.isDisturbed = true;
    await Promise.all(this.#deadNodes().map((node) => node.kill()));
    const casualty = this.#casualty();
    if (casualty === 'database stopped') await this.#database.kill('SIGQUIT');
    if (casualty === 'database killed') await killAll(this.#database);
  }

  async restart(): Promise<void> {
    if (this.#casualty().startsWith('database')) await restartDatabase(this.#database);
    await Promise.all(this.#deadNodes().map((node) => node.start()));
    this.#crashes += 1;
  }

  settle(): void {
    this.isDisturbed = false;
  }

  terminate(): Promise<(number | null)[]> {
    this.isDisturbed = true;
    return Promise.all(this.#nodes.map((node) => node.terminate()));
  }

  async countEvents(names: readonly string[]): Promise<Record<string, number>> {
    return (await this.#nodes[0]?.countEvents(names)) ?? {};
  }

  async stop(): Promise<void> {
    await Promise.all(this.#nodes.map((node) => node.kill()));
    await this.#database.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #casualty(): Casualty {
    return this.#casualties[this.#crashes % this.#casualties.length] ?? 'every node';
  }

  #deadNodes(): readonly ServerProcess[] {
    switch (this.#casualty()) {
      case 'first node':
        return this.#nodes.slice(0, 1);
      case 'second node':
        return this.#nodes.slice(1);
      case 'every node':
        return this.#nodes;
      default:
        return [];
    }
  }
}

/** Each of its processes is the leader of its own group, so they are found by their parent. */
async function killAll(database: PostgresServer): Promise<void> {
  const [pid = ''] = readFileSync(join(database.folder, 'data', 'postmaster.pid'), 'utf8').split('\n');
  const { stdout } = await run('ps', ['-A', '-o', 'ppid=,pid=']);
  const children = stdout
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([parent]) => parent === pid)
    .map(([, child]) => Number(child));
  const buried = database.kill('SIGKILL');
  for (const child of children) {
    try {
      process.kill(child, 'SIGKILL');
    } catch {
      // It had ended by itself.
    }
  }
  await buried;
}

async function restartDatabase(database: PostgresServer): Promise<void> {
  const deadline = Date.now() + BURIED_WITHIN_MS;
  for (;;) {
    try {
      return await database.restart();
    } catch (error) {
      if (!(error instanceof ToolFailure) || Date.now() >= deadline) throw error;
      await delay(50);
    }
  }
}
