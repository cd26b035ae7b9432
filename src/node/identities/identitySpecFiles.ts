import { createHash } from 'node:crypto';
import { readdirSync, realpathSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { errorCode, errorText } from '../../base/errorText.ts';
import { parseAgentIdentity, type AgentIdentity } from '../../core/identities/agentIdentity.ts';
import type { DurableAgentSpec } from '../../core/identities/durableAgentSpec.ts';
import {
  peerEdge,
  peerEdgeKey,
  type ManagedPeerEdge,
} from '../../core/identities/managedPeerEdge.ts';
import { RosterError, type RosterProvider } from '../../core/identities/rosterProvider.ts';
import type { TopologyProvider } from '../../core/identities/topologyProvider.ts';
import { parseToml } from '../exactToml.ts';
import { isSameIdentity, readFolderFile, type FileIdentity } from '../readFolderFile.ts';
import { forEachYielding } from '../yieldingLoop.ts';
import {
  peerWarnings,
  problemOf,
  sameNameProblem,
  type IdentitySpecProblem,
} from './identitySpecProblem.ts';
import { parseIdentitySpec } from './parseIdentitySpec.ts';

/** Most bytes in a spec. */
export const maxSpecBytes = 256 * 1024;
/** Most agents that are described. */
export const maxSpecs = 2000;
/** More files are not looked at, whatever they hold. */
export const maxSpecFilesRead = 10_000;
/** More are counted only. */
const maxProblems = 1000;
const specSuffix = '.toml';
/** Windows gives these to no file, whatever follows. */
const reservedName = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)|\.$/i;

/** An agent as a file describes it. */
export interface IdentitySpecFile {
  readonly path: string;
  readonly spec: DurableAgentSpec;
  /** Of the bytes of the file: SHA-256 in hex. Equal while nobody changed it. */
  readonly digest: string;
}

export interface IdentitySpecs {
  /** In the order of their names. */
  readonly files: readonly IdentitySpecFile[];
  readonly problems: readonly IdentitySpecProblem[];
}

/** The folder of specs in a checkout. */
export function identitySpecFolder(worktree: string): string {
  return join(worktree, '.heddle', 'identities');
}

/** The file of one identity. */
export function identitySpecPath(worktree: string, identity: AgentIdentity): string {
  return join(identitySpecFolder(worktree), `${identity}${specSuffix}`);
}

/**
 * The agents that a team wrote down in a checkout, one file for each, read afresh each time. Who may
 * message whom follows from their `peers`.
 */
export class IdentitySpecFiles implements RosterProvider, TopologyProvider {
  readonly folder: string;
  /** What files held when they were read, by file name. */
  private readonly known = new Map<string, ReadSpec>();

  /** @param worktree the top of the checkout, absolute */
  constructor(private readonly worktree: string) {
    this.folder = identitySpecFolder(worktree);
  }

  /** A bad file is a problem and hides no other. @throws RosterError when the folder cannot be read */
  async read(): Promise<IdentitySpecs> {
    const outside = this.outsideProblem();
    if (outside) return { files: [], problems: [outside] };
    const names = this.fileNames();
    const present = new Set(names);
    for (const name of this.known.keys()) if (!present.has(name)) this.known.delete(name);
    const files: IdentitySpecFile[] = [];
    const problems: IdentitySpecProblem[] = [];
    const taken = new Map<string, string>();
    let leftOut = Math.max(0, names.length - maxSpecFilesRead);
    await forEachYielding(names.slice(0, maxSpecFilesRead), (name) => {
      if (files.length >= maxSpecs) {
        leftOut += 1;
        return;
      }
      const read = this.readFile(name);
      if (read === undefined) return;
      const key = name.toLowerCase();
      const other = taken.get(key);
      if ('problem' in read) problems.push(read);
      else if (other === undefined) files.push(read);
      else problems.push(this.problem(name, sameNameProblem(other)));
      if (!('problem' in read)) taken.set(key, other ?? name);
    });
    if (leftOut > 0) {
      const problem = `It has more than ${maxSpecs} agents, or more than ${maxSpecFilesRead} files; ${leftOut} files are left out. Remove some.`;
      problems.push({ path: this.folder, problem, severity: 'error' });
    }
    return { files, problems: this.bounded([...problems, ...peerWarnings(files)]) };
  }

  async roster(): Promise<readonly DurableAgentSpec[]> {
    return (await this.read()).files.map(({ spec }) => spec);
  }

  /** An edge for each two of whom one names the other, if both are described and targets. */
  computeEdges(
    targets: readonly AgentIdentity[],
    roster: readonly DurableAgentSpec[],
  ): Promise<readonly ManagedPeerEdge[]> {
    const described = new Set(roster.map(({ identity }) => identity));
    const active = new Set(targets.filter((target) => described.has(target)));
    const edges = new Map<string, ManagedPeerEdge>();
    for (const { identity, peers } of roster) {
      if (!active.has(identity)) continue;
      for (const peer of peers) {
        if (peer === identity || !active.has(peer)) continue;
        const edge = peerEdge(identity, peer);
        edges.set(peerEdgeKey(edge), edge);
      }
    }
    return Promise.resolve([...edges].sort(byKey).map(([, edge]) => edge));
  }

  /** Nobody reads thousands of them; what comes last is of the folder. */
  private bounded(problems: readonly IdentitySpecProblem[]): readonly IdentitySpecProblem[] {
    if (problems.length <= maxProblems) return problems;
    const problem = `There are ${problems.length - maxProblems} more problems. Correct these first.`;
    return [...problems.slice(0, maxProblems), { path: this.folder, problem, severity: 'error' }];
  }

  private readFile(name: string): IdentitySpecFile | IdentitySpecProblem | undefined {
    const file = this.asRosterError(() => readFolderFile(this.folder, name, limits));
    if (file === undefined) return undefined;
    const known = this.known.get(name);
    if (known && isSameIdentity(known.identity, file.identity)) return known.result;
    const result =
      'problem' in file
        ? this.problem(name, {
            problem: `${file.problem} Replace it by a file of its own, or remove it.`,
          })
        : this.decode(name, file.bytes);
    this.known.set(name, { identity: file.identity, result });
    return result;
  }

  private decode(name: string, bytes: Buffer): IdentitySpecFile | IdentitySpecProblem {
    const path = join(this.folder, name);
    let text: string;
    try {
      text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    } catch {
      return this.problem(name, { problem: 'It is not valid UTF-8. Save it as UTF-8.' });
    }
    try {
      const spec = parseIdentitySpec(identityIn(name), parseToml(text));
      return { path, spec, digest: createHash('sha256').update(bytes).digest('hex') };
    } catch (error) {
      return this.problem(name, problemOf(error, text));
    }
  }

  private problem(
    name: string,
    what: Omit<IdentitySpecProblem, 'path' | 'severity'>,
  ): IdentitySpecProblem {
    return { path: join(this.folder, name), severity: 'error', ...what };
  }

  /** Whoever commits a link must not make anybody read elsewhere. */
  private outsideProblem(): IdentitySpecProblem | undefined {
    const real = realPath(this.folder);
    const top = realPath(this.worktree);
    if (real === undefined || top === undefined) return undefined;
    const way = relative(top, real);
    if (!way.startsWith('..') && resolve(top, way) === real) return undefined;
    const problem = `It leads to ${real}, outside of ${top}. Put a folder of its own there.`;
    return { path: this.folder, problem, severity: 'error' };
  }

  private fileNames(): readonly string[] {
    return this.asRosterError(() => {
      try {
        return readdirSync(this.folder)
          .filter((name) => name.endsWith(specSuffix) && !name.startsWith('.'))
          .sort();
      } catch (error) {
        if (['ENOENT'].includes(errorCode(error) ?? '')) return [];
        throw error;
      }
    });
  }

  private asRosterError<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      const detail = `${this.folder} cannot be read (${errorText(error)}). Check that it is a folder, and its permissions.`;
      throw new RosterError('io', detail, { cause: error });
    }
  }
}

interface ReadSpec {
  readonly identity: FileIdentity;
  readonly result: IdentitySpecFile | IdentitySpecProblem;
}

const limits = { maxBytes: maxSpecBytes, what: 'the description of an agent' };

function identityIn(fileName: string): AgentIdentity {
  const name = fileName.slice(0, -specSuffix.length);
  const identity = parseAgentIdentity(name);
  if (!reservedName.test(name)) return identity;
  throw new Error(`${JSON.stringify(name)} cannot be the name of a file on Windows.`);
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
