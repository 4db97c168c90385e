import type { ArgsDef } from 'citty';
import {
  SETTING_DEFINITIONS,
  SETTING_NAMES,
  type SettingDefinition,
  type SettingName,
  variableOf,
} from './setting-definitions.js';

/** A setting as it was written, and where: a mistake is told by that name. */
export interface GivenSetting {
  readonly text: string;
  /** `--port` or `SOJOURN_PORT`. */
  readonly from: string;
}

/** The settings that were given, by their names; each knows where it was written. */
export type GivenSettings = Readonly<Partial<Record<SettingName, GivenSetting>>>;

/** The flags of a command that takes these settings. */
export function flagsFor(names: readonly SettingName[]): ArgsDef {
  return Object.fromEntries(
    names.map((name) => {
      const definition: SettingDefinition = SETTING_DEFINITIONS[name];
      const standard = definition.default === undefined ? '' : ` Default: ${definition.default}.`;
      const description = `${definition.description}${standard} (${variableOf(name)})`;
      return [definition.flag, { type: 'string' as const, valueHint: definition.hint, description }];
    }),
  );
}

/** Flags before variables; a variable that is set but empty counts as not set. */
export function collectSettings(
  args: Readonly<Record<string, unknown>>,
  env: Readonly<Record<string, string | undefined>>,
): GivenSettings {
  return Object.fromEntries(
    SETTING_NAMES.flatMap((name) => {
      const { flag } = SETTING_DEFINITIONS[name];
      const byFlag = args[flag];
      if (typeof byFlag === 'string') return [[name, { text: byFlag, from: `--${flag}` }]];
      const byVariable = env[variableOf(name)];
      return byVariable ? [[name, { text: byVariable, from: variableOf(name) }]] : [];
    }),
  );
}
