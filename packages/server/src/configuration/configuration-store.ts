import type { Event } from '../events/events.js';
import type { ConfigurationChanges, ConfigurationDocument } from './configuration.js';

/** Keeps the configuration, entry by entry, and tells of changes that another node made. */
export interface ConfigurationStore {
  findConfiguration(): Promise<ConfigurationDocument[]>;
  /**
   * What a node judges by from now on: hot writes refuse, by `ConfigurationChanged`, to be judged by an older version than the
   * store has when another node changed it meanwhile. Reads what changed and no more, unless that is nearly all or too
   * long ago.
   *
   * @param since the version that the node has; `null` where it has none.
   */
  findConfigurationChanges(since: number | null): Promise<ConfigurationChanges>;
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
