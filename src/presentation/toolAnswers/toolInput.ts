import { stampArgument } from '../../core/agents/callerIdentity.ts';
import { RegistryError } from '../../core/agents/registryError.ts';
import { toPlainLine } from '../plainText.ts';

/** What every tool takes beside its own arguments: who calls, and what a hook wrote into the call. */
const callerArguments = ['agent', stampArgument];

interface Bounds {
  readonly min: number;
  readonly max: number;
}

/** The arguments of a call, read one by one; each fault is one sentence that names the argument. */
export class ToolInput {
  private readonly values: Readonly<Record<string, unknown>>;

  /** @throws RegistryError `invalid-entry` for what is no object, or has an argument that is not known */
  constructor(input: unknown, known: readonly string[]) {
    this.values = input === undefined || input === null ? {} : asObject(input);
    const names = [...known, ...callerArguments];
    // Names that begin so are between the client and its hooks.
    const odd = Object.keys(this.values).find(
      (name) => !names.includes(name) && !name.startsWith('_'),
    );
    if (odd === undefined) return;
    const list = known.length === 0 ? 'none' : known.map((name) => `"${name}"`).join(', ');
    throw bad(`There is no argument "${toPlainLine(odd, 40)}". The arguments are: ${list}.`);
  }

  /** A text that says something; undefined when it is left out. */
  text(name: string, maxLength: number): string | undefined {
    const value = this.values[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'string' || value.trim() === '') {
      throw bad(`"${name}" must be a text that is not empty. Leave it out instead.`);
    }
    if (value.length <= maxLength) return value;
    throw bad(`"${name}" is longer than ${maxLength} characters.`);
  }

  requiredText(name: string, maxLength: number): string {
    const value = this.text(name, maxLength);
    if (value === undefined) throw bad(`"${name}" is missing. It must be a text.`);
    return value;
  }

  /** A list of texts with at least one item. */
  texts(name: string, { max, maxLength }: { readonly max: number; readonly maxLength: number }) {
    const value = this.values[name];
    const shape = `"${name}" must be a list of 1 to ${max} texts`;
    if (value === undefined || value === null) throw bad(`"${name}" is missing: ${shape}.`);
    if (!Array.isArray(value)) throw bad(`${shape}, such as ["src/app.ts"].`);
    const items: readonly unknown[] = value;
    if (items.length === 0) throw bad(`${shape}, and it is empty.`);
    if (items.length > max)
      throw bad(`${shape}, and it has ${items.length}. Name a folder instead.`);
    return items.map((item): string => {
      if (typeof item !== 'string' || item === '') throw bad(`${shape}, none of them empty.`);
      if (item.length > maxLength) throw bad(`A text in "${name}" is longer than ${maxLength}.`);
      return item;
    });
  }

  has(name: string): boolean {
    return this.values[name] !== undefined && this.values[name] !== null;
  }

  flag(name: string): boolean {
    const value = this.values[name];
    if (value === undefined || value === null) return false;
    if (typeof value === 'boolean') return value;
    throw bad(`"${name}" must be true or false.`);
  }

  /** A number within bounds; undefined when it is left out. */
  number(name: string, { min, max }: Bounds): number | undefined {
    const value = this.values[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'number' && value >= min && value <= max) return value;
    throw bad(`"${name}" must be a number from ${min} to ${max}.`);
  }

  whole(name: string, bounds: Bounds): number | undefined {
    const value = this.number(name, bounds);
    if (value === undefined || Number.isSafeInteger(value)) return value;
    throw bad(`"${name}" must be a whole number from ${bounds.min} to ${bounds.max}.`);
  }

  /** One of some words; undefined when it is left out. */
  word<T extends string>(name: string, words: readonly T[]): T | undefined {
    const value = this.values[name];
    if (value === undefined || value === null) return undefined;
    const found = words.find((word) => word === value);
    if (found !== undefined) return found;
    throw bad(`"${name}" must be one of: ${words.join(', ')}.`);
  }
}

function asObject(input: unknown): Readonly<Record<string, unknown>> {
  if (typeof input === 'object' && input !== null && !Array.isArray(input)) {
    return input as Readonly<Record<string, unknown>>;
  }
  throw bad('The arguments must be an object.');
}

function bad(message: string): RegistryError {
  return new RegistryError('invalid-entry', message);
}
