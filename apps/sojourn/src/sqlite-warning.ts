/**
 * Node 22 calls its SQLite driver experimental in two lines on standard error of every command. Nobody who runs
 * Sojourn can do anything about it, and it would stand among the lines that they should read. Other warnings stay.
 */
export function silenceSqliteWarning(): void {
  const emitWarning = process.emitWarning.bind(process) as (
    warning: string | Error,
    ...rest: unknown[]
  ) => void;
  process.emitWarning = (warning: string | Error, ...rest: unknown[]) => {
    const [type] = rest;
    const isOfSqlite = type === 'ExperimentalWarning' && String(warning).startsWith('SQLite ');
    if (!isOfSqlite) emitWarning(warning, ...rest);
  };
}
