import type { LogLine } from '@sojourn/server';
import type { LogLevel } from '../settings/settings.js';

const RANKS: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

/** Writes a line for the operator, if its level is one that was asked for. */
export type OperatorLog = (line: LogLine) => void;

/**
 * The operator's log: a readable line where a person looks on, a JSON object per line where a program collects them.
 *
 * @param options.write Takes one line with its end; standard error, never standard output.
 */
export function createOperatorLog(options: {
  readonly level: LogLevel;
  readonly asJson: boolean;
  readonly write: (line: string) => void;
  readonly clock: () => number;
}): OperatorLog {
  return (line) => {
    if (RANKS[line.level] < RANKS[options.level]) return;
    const time = new Date(options.clock()).toISOString();
    if (options.asJson) {
      options.write(`${JSON.stringify({ time, ...line })}\n`);
      return;
    }
    const { level, message, facts } = line;
    const details = Object.entries(facts)
      .filter(([, value]) => value !== undefined && value !== null)
      .map(
        ([name, value]) =>
          ` ${name}=${typeof value === 'string' ? withoutControls(value) : JSON.stringify(value)}`,
      );
    const prefix = level === 'info' ? '' : `${level}: `;
    options.write(`${time} ${prefix}${message}${details.join('')}\n`);
  };
}

/** A request's path may hold anything; on a terminal, control characters would draw over other lines. Stacks keep theirs. */
function withoutControls(text: string): string {
  return text.replace(/[^\P{Cc}\n]/gu, '\ufffd');
}
