import type { TestProject } from 'vitest/node';
import { type PostgresServer, startPostgres } from '../../tools/postgres.js';
import { ToolFailure } from '../../tools/tool-failure.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** The run's PostgreSQL server: make a database of your own in it. `missing` says what to install. */
    postgres: Pick<PostgresServer, 'url' | 'folder' | 'programs'> | { readonly missing: string };
  }
}

/** One server for all suites of a run. Tests that need none go on without it. */
export default async function startRunsPostgres({ provide }: TestProject): Promise<() => Promise<void>> {
  try {
    const { url, folder, programs, stop } = await startPostgres();
    provide('postgres', { url, folder, programs });
    return stop;
  } catch (error) {
    if (!(error instanceof ToolFailure)) throw error;
    provide('postgres', { missing: error.message });
    return async () => {};
  }
}
