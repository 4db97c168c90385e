import type { ArgsDef } from 'citty';
import type { ControlRequest } from './control/control-request.js';
import { CommandRefused } from './refusal.js';
import { findUnknownArguments } from './unknown-arguments.js';

/** A request, or what is wrong with how it was asked for. */
export type Asked = ControlRequest | string;

/** @throws CommandRefused with every mistake at once. */
export function requireRequest(rawArgs: readonly string[], args: ArgsDef, asked: Asked): ControlRequest {
  const mistakes = findUnknownArguments(rawArgs, args);
  if (typeof asked === 'string') throw new CommandRefused([...mistakes, asked]);
  if (mistakes.length > 0) throw new CommandRefused(mistakes);
  return asked;
}
