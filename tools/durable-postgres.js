import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { startPostgres } from './postgres.js';
import { root } from './root.js';

/**
 * A PostgreSQL server that commits as it would in production. It lies in the checkout, because the system's temporary
 * folder may be memory, where durability costs nothing.
 *
 * @returns {Promise<{ url: string, stop: () => Promise<void> }>}
 */
export async function startDurablePostgres() {
  const databases = join(root, 'bench', 'databases');
  mkdirSync(databases, { recursive: true });
  const folder = mkdtempSync(join(databases, 'postgres-'));
  // Its user, who is another where we are root, must get to the server's own folder in here.
  chmodSync(folder, 0o755);
  process.env.TMPDIR = folder;
  try {
    // The path of a socket may be 107 characters long, and the checkout is wherever it is.
    const settings = { shared_buffers: '256MB', unix_socket_directories: '' };
    const { url, stop } = await startPostgres({ fsync: true, settings });
    return {
      url,
      async stop() {
        await stop();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}
