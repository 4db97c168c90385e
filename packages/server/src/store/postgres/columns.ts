/**
 * `table.column AS prefix_column`, comma-separated: rows of several tables come in one answer. Never `*`: what a
 * statement answers must not change under those who have planned it, when a newer node adds a column.
 */
export function buildColumns(table: string, prefix: string, columns: readonly string[]): string {
  return columns.map((column) => `${table}.${column} AS ${prefix}_${column}`).join(', ');
}
