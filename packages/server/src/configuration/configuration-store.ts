import type { Event } from '../events/events.js';
import type { ConfigurationDocument } from './configuration.js';

/** Keeps the configuration, entry by entry, and tells of changes that another node made. */
export interface ConfigurationStore {
  /**
   * With its version: hot writes refuse, by `ConfigurationChanged`, to be judged by an older one than the store has
   * when another node changed it meanwhile.
   */
  findConfiguration(): Promise<ConfigurationDocument[]>;
  /** Calls back soon after another node changed the configuration or the keys; a hint, not a promise. */
  onConfigurationChange(listener: () => void): () => void;
  /** Creates the entries or makes them equal. Entries not named stay. */
  saveConfiguration(documents: readonly ConfigurationDocument[], events: readonly Event[]): Promise<void>;
  deleteConfiguration(deletion: {
    kind: ConfigurationDocument['kind'];
    id: string;
    events: readonly Event[];
  }): Promise<'deleted' | 'unknown'>;
}
