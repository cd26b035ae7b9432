/** The stable name of an agent, as its team wrote it down. Made by `parseAgentIdentity` only. */
export type AgentIdentity = string & { readonly [identityMark]: true };
declare const identityMark: unique symbol;

/** The name of one embodiment of an identity; made anew only by a reset. Made by `parseRuntimeId` only. */
export type AgentRuntimeId = string & { readonly [runtimeMark]: true };
declare const runtimeMark: unique symbol;

/** A text that cannot be a name. */
export class InvalidIdentity extends Error {
  override readonly name = 'InvalidIdentity';

  constructor(
    readonly input: string,
    readonly reason: string,
  ) {
    super(
      `${JSON.stringify(input.slice(0, shownLength))} is not a name for an agent: it ${reason}.`,
    );
  }
}
const shownLength = 80;

/** Longest name in characters; file names are made of names. */
export const maxIdentityLength = 100;

/**
 * Not empty, no white space, no `/`, checked in this order (seed 004); then what file names and texts need:
 * letters, digits, `-`, `_` and `.`, not beginning with a dot, at most `maxIdentityLength` characters.
 * @throws InvalidIdentity
 */
export function parseAgentIdentity(input: string): AgentIdentity {
  return checkedName(input, identityRules) as AgentIdentity;
}

/** By the same rules as an identity, with `:` and a little longer. @throws InvalidIdentity */
export function parseRuntimeId(input: string): AgentRuntimeId {
  return checkedName(input, runtimeIdRules) as AgentRuntimeId;
}

/** The name of the first embodiment under a generation. */
export function runtimeIdOf(identity: AgentIdentity, generation: number): AgentRuntimeId {
  return `rt:${identity}:${generation}` as AgentRuntimeId;
}

/** A name for people: any text that is not empty. @throws InvalidIdentity */
export function parseDisplayName(input: string): string {
  if (input === '') throw new InvalidIdentity(input, 'is empty');
  return input;
}

interface NameRules {
  readonly longest: number;
  readonly mayContain: RegExp;
  readonly characters: string;
}

const identityRules: NameRules = {
  longest: maxIdentityLength,
  mayContain: /^[A-Za-z0-9_.-]+$/,
  characters: 'letters, digits, "-", "_" and "."',
};
const runtimeIdRules: NameRules = {
  longest: 130,
  mayContain: /^[A-Za-z0-9_.:-]+$/,
  characters: 'letters, digits, "-", "_", "." and ":"',
};

function checkedName(input: string, { longest, mayContain, characters }: NameRules): string {
  if (input === '') throw new InvalidIdentity(input, 'is empty');
  if (/\s/u.test(input)) throw new InvalidIdentity(input, 'contains white space');
  if (input.includes('/')) throw new InvalidIdentity(input, 'contains "/"');
  if (input.startsWith('.')) throw new InvalidIdentity(input, 'begins with a dot');
  if (input.length > longest) {
    throw new InvalidIdentity(input, `has more than ${longest} characters`);
  }
  if (!mayContain.test(input)) {
    throw new InvalidIdentity(input, `may only contain ${characters}`);
  }
  return input;
}
