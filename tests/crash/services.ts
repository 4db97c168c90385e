import { PostgresService } from './postgres-service.js';
import type { Service } from './service.js';
import { SqliteService } from './sqlite-service.js';

/** What can be crashed, by its store and by what is killed. */
export const SERVICES = {
  'sqlite, node': () => SqliteService.start(),
  'sqlite-thread, node': () => SqliteService.start('?writer=thread'),
  'postgres, node': () => PostgresService.start(['first node', 'every node', 'second node']),
  'postgres, database': () => PostgresService.start(['database killed', 'database stopped']),
} satisfies Record<string, () => Promise<Service>>;

export type ServiceName = keyof typeof SERVICES;
