import { TomlError } from 'smol-toml';
import { errorText } from '../../base/errorText.ts';
import type { DurableAgentSpec } from '../../core/identities/durableAgentSpec.ts';
import { MalformedField } from '../../core/sessions/fieldReaders.ts';

/** What is wrong with a file, or with the folder. */
export interface IdentitySpecProblem {
  readonly path: string;
  /** Where in the file, such as `labels.team`. */
  readonly field?: string | undefined;
  /** From 1, where it is known. */
  readonly line?: number | undefined;
  /** Sentences for people: what is wrong and what to do. */
  readonly problem: string;
  /** A `warning` leaves the agent as it is described; an `error` leaves it out. */
  readonly severity: 'error' | 'warning';
}

/** Why a file could not be read, and where. */
export function problemOf(
  error: unknown,
  text: string,
): Pick<IdentitySpecProblem, 'field' | 'line' | 'problem'> {
  if (error instanceof MalformedField) {
    const line = lineOfField(text, error.field);
    return { field: error.field, problem: error.message, ...(line !== undefined && { line }) };
  }
  if (error instanceof TomlError) {
    const reason = errorText(error).replace(/^Invalid TOML document: /, '');
    return {
      line: error.line,
      problem: `It is not valid TOML: ${reason}. Correct line ${error.line}.`,
    };
  }
  if (error instanceof RangeError) {
    return { problem: 'It is nested too deep. Write it with fewer levels.' };
  }
  return { problem: `${errorText(error)} Rename or correct the file.` };
}

/** The line on which the first part of a field is set, or opened as a table. */
function lineOfField(text: string, field: string): number | undefined {
  const first = /^[\w-]+/.exec(field)?.[0];
  if (first === undefined) return undefined;
  const pattern = new RegExp(`^\\s*(?:\\[+\\s*)?["']?${first}["']?\\s*[=.\\]]`);
  const index = text.split('\n').findIndex((line) => pattern.test(line));
  return index === -1 ? undefined : index + 1;
}

/** Of a file whose name another has taken. */
export function sameNameProblem(other: string): { readonly problem: string } {
  return {
    problem: `Its name differs from ${other} in upper and lower case only, which some disks cannot tell apart. Rename or remove one of the two.`,
  };
}

/** Of peers of whom there is no description. */
export function peerWarnings(
  files: readonly { readonly path: string; readonly spec: DurableAgentSpec }[],
): readonly IdentitySpecProblem[] {
  const names = new Set(files.map(({ spec }) => spec.identity));
  return files.flatMap(({ path, spec }) =>
    spec.peers
      .filter((peer) => !names.has(peer))
      .map((peer) => ({
        ...{ path, field: 'peers', severity: 'warning' as const },
        problem: `"peers" names ${peer}, of whom there is no description that can be used. Add ${peer}.toml, or remove the name.`,
      })),
  );
}
