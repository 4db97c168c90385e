import type { ArgsDef } from 'citty';

/**
 * Arguments that a command does not know. citty takes any flag in silence, so that `--prot 80` would start on 4400.
 *
 * @returns One sentence for each.
 */
export function findUnknownArguments(rawArgs: readonly string[], args: ArgsDef): string[] {
  const aliasesOf = (name: string) =>
    [args[name]].flatMap((arg) => (arg && 'alias' in arg ? (arg.alias ?? []) : []));
  const known = new Map<string, boolean>();
  for (const [name, arg] of Object.entries(args)) {
    if (arg.type === 'positional') continue;
    for (const spelling of [name, ...aliasesOf(name)]) known.set(spelling, arg.type === 'boolean');
  }
  const mistakes: string[] = [];
  let expectedByPlace = Object.values(args).filter(({ type }) => type === 'positional').length;
  let areFlagsOver = false;
  for (let i = 0; i < rawArgs.length; i += 1) {
    const argument = rawArgs[i] ?? '';
    if (argument === '--' && !areFlagsOver) {
      areFlagsOver = true;
      continue;
    }
    const match = areFlagsOver ? null : /^--?([^=]+)(=.*)?$/s.exec(argument);
    if (match?.[1] === undefined) {
      expectedByPlace -= 1;
      if (expectedByPlace >= 0) continue;
      mistakes.push(`${JSON.stringify(argument)} is not expected here; flags begin with --.`);
      continue;
    }
    const isBoolean = known.get(match[1]);
    if (isBoolean === undefined) mistakes.push(`--${match[1]} is no flag of this command; see --help.`);
    if (isBoolean === true || match[2] !== undefined) continue;
    // The next argument is the value, also of a flag that was misspelled; one mistake is enough for both.
    const next = rawArgs[i + 1];
    if (isBoolean === false && next === undefined) mistakes.push(`--${match[1]} is missing its value.`);
    if (isBoolean === false || !next?.startsWith('-')) i += 1;
  }
  return mistakes;
}
