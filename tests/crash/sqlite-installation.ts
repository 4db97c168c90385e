import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPort } from '../rig/free-port.js';
import type { Installation } from './installation.js';
import { ServerProcess } from './server-process.js';
import { writeTenant } from './tenant.js';

/** One node on a file of its own. The node dies. */
export class SqliteInstallation implements Installation {
  readonly issuer: string;
  readonly #node: ServerProcess;
  readonly #folder: string;
  isDisturbed = false;

  private constructor(folder: string, port: number, query: string) {
    this.#folder = folder;
    this.issuer = `http://localhost:${port}/`;
    const databaseUrl = `sqlite:${join(folder, 'data', 'sojourn.db')}${query}`;
    this.#node = new ServerProcess({ port, issuer: this.issuer, databaseUrl, env: {} });
  }

  /** @param query after the file's name: where it writes. By default the server finds out what is faster. */
  static async start(query = ''): Promise<SqliteInstallation> {
    const folder = mkdtempSync(join(tmpdir(), 'sojourn-crash-'));
    const installation = new SqliteInstallation(folder, await findPort(), query);
    try {
      await installation.#node.start('--tenant', writeTenant(folder));
      return installation;
    } catch (error) {
      await installation.stop();
      throw error;
    }
  }

  nextAddress(): string {
    return this.#node.address;
  }

  async crash(): Promise<void> {
    this.isDisturbed = true;
    await this.#node.kill();
  }

  restart(): Promise<void> {
    return this.#node.start();
  }

  settle(): void {
    this.isDisturbed = false;
  }

  /** From its next start on, the node's clock is that much later: an outage of minutes, without waiting for them. */
  moveClock(milliseconds: number): void {
    this.#node.moveClock(milliseconds);
  }

  async terminate(): Promise<(number | null)[]> {
    this.isDisturbed = true;
    return [await this.#node.terminate()];
  }

  countEvents(names: readonly string[]): Promise<Record<string, number>> {
    return this.#node.countEvents(names);
  }

  async stop(): Promise<void> {
    await this.#node.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
