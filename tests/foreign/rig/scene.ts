import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { findPort } from '../../rig/free-port.js';
import { type Program, startProgram } from './program.js';
import type { Setting } from './prove-client.js';
import { type Server, startServer } from './server.js';

/** What programs are told, whatever the language. */
export interface Surroundings {
  readonly ISSUER: string;
  /** The host of the issuer, as SDKs of Auth0 want it. */
  readonly DOMAIN: string;
  readonly ORIGIN: string;
  readonly PORT: string;
  readonly COOKIE_SECRET: string;
  /** Where OpenSSL, Go and rustls look for whom to trust. */
  readonly SSL_CERT_FILE: string;
}

/**
 * A server and the programs of one language around it.
 *
 * @template Name what a program is called in its suite.
 */
export class Scene<Name extends string> {
  readonly folder: string;
  #server: Server | null = null;
  readonly #origins = new Map<Name, string>();
  readonly #programs: Program[] = [];

  /** @param folder of the suite, where its tenant file is and its programs run. */
  constructor(folder: string) {
    this.folder = folder;
  }

  get server(): Server {
    if (this.#server === null) throw new Error('the scene is not set');
    return this.#server;
  }

  origin(name: Name): string {
    const origin = this.#origins.get(name);
    if (origin === undefined) throw new Error(`no program is called ${name}`);
    return origin;
  }

  /** For {@link proveClient}. */
  readonly setting = (name: Name) => (): Setting => ({ server: this.server, origin: this.origin(name) });

  /**
   * Gives each program a port and starts the server.
   *
   * @param inTenantFile the origin that each has in the tenant file; `null` where it has none there.
   * @param texts what else is replaced there.
   */
  async set(
    inTenantFile: Readonly<Record<Name, string | null>>,
    texts: Readonly<Record<string, string>>,
  ): Promise<void> {
    const replaced: Record<string, string> = { ...texts };
    for (const [name, origin] of Object.entries(inTenantFile) as [Name, string | null][]) {
      const own = `http://localhost:${await findPort()}`;
      this.#origins.set(name, own);
      if (origin !== null) replaced[origin] = own;
    }
    this.#server = await startServer(join(this.folder, 'tenant.yaml'), replaced);
  }

  /** Starts a program, and waits until it serves. */
  readonly start = async (
    name: Name,
    command: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<void> => {
    const options = { port: Number(this.surroundings(name).PORT), cwd: this.folder };
    const program = await startProgram(command, {
      ...options,
      env: { ...this.surroundings(name), ...env },
    });
    this.#programs.push(program);
  };

  readonly surroundings = (name: Name): Surroundings => {
    const { issuer, authorityFile } = this.server;
    const origin = this.origin(name);
    return {
      ISSUER: issuer,
      DOMAIN: new URL(issuer).host,
      ORIGIN: origin,
      PORT: new URL(origin).port,
      COOKIE_SECRET: 'the-cookie-secret-of-a-test-0032',
      SSL_CERT_FILE: authorityFile,
    };
  };

  async strike(): Promise<void> {
    await Promise.all(this.#programs.map((program) => program.stop()));
    await this.#server?.stop();
  }
}

/**
 * A scene that stands while the tests of a file run.
 *
 * @param start starts the programs.
 * @param texts what is replaced in the tenant file beside the origins.
 */
export function stage<Name extends string>(
  folder: string,
  inTenantFile: Readonly<Record<Name, string | null>>,
  start: (scene: Scene<Name>) => Promise<unknown>,
  texts: Readonly<Record<string, string>> = {},
): Scene<Name> {
  const scene = new Scene<Name>(folder);
  beforeAll(async () => {
    await scene.set(inTenantFile, texts);
    await start(scene);
  });
  afterAll(() => scene.strike());
  return scene;
}
