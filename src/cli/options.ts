import { resolve } from 'node:path';
import { toPlainLine } from '../presentation/plainText.ts';
import { threadProblem } from '../presentation/threadName.ts';
import { UsageError } from './usageError.ts';

const maxPid = 0x7fff_ffffn;
/** TOML integers are signed 64-bit. */
const maxCount = 0x7fff_ffff_ffff_ffffn;
const maxToolCalls = 0xffff_ffffn;
const maxWordLength = 1024;
const maxTaskLength = 32_768;

/** The flags that every verb takes. */
export interface GlobalFlags {
  readonly root?: string;
  readonly json?: boolean;
}

/** Makes the parser of a flag's value. It throws `UsageError` with a sentence that names the flag. */
export type ParserOf<T> = (flag: string) => (text: string) => T;

export const pid: ParserOf<number> = (flag) => (text) =>
  Number(parseWhole(text, { flag, min: 1n, max: maxPid }));

export const count: ParserOf<bigint> = (flag) => (text) =>
  parseWhole(text, { flag, min: 0n, max: maxCount });

export const toolCalls: ParserOf<number> = (flag) => (text) =>
  Number(parseWhole(text, { flag, min: 0n, max: maxToolCalls }));

/** A name, key or path: anything but nothing. */
export const word: ParserOf<string> = (flag) => (text) => parseText(text, flag, maxWordLength);

export const task: ParserOf<string> = (flag) => (text) => parseText(text, flag, maxTaskLength);

/** A thread is a line of text: empty names and control characters can never be meant. */
export function parseThread(text: string): string {
  const problem = threadProblem(text);
  if (problem === undefined) return text;
  throw new UsageError(`This cannot name a thread. ${problem}`);
}

/** The folder against which relative paths of flags count: `--root` when given, else the working directory. */
export function baseFolder(cwd: string, root: string | undefined): string {
  return root === undefined ? cwd : resolve(cwd, root);
}

function parseText(text: string, flag: string, maxLength: number): string {
  if (text === '') {
    throw new UsageError(`${flag} needs a text that is not empty. Leave the flag out instead.`);
  }
  if (text.length <= maxLength) return text;
  throw new UsageError(`The text of ${flag} is longer than ${maxLength} characters.`);
}

function parseWhole(
  text: string,
  limits: { readonly flag: string; readonly min: bigint; readonly max: bigint },
): bigint {
  const { flag, min, max } = limits;
  const value = /^\d{1,20}$/.test(text) ? BigInt(text) : undefined;
  if (value !== undefined && value >= min && value <= max) return value;
  throw new UsageError(
    `${flag} must be a whole number from ${min} to ${max}, not "${toPlainLine(text, 40)}".`,
  );
}
