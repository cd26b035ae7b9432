import { lstatSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { AgentIdentity } from '../../core/identities/agentIdentity.ts';
import { parseAgentIdentity } from '../../core/identities/agentIdentity.ts';
import type { FencingToken } from '../../core/identities/continuityRecord.ts';
import { asCount, asTable, fieldsOf } from '../../core/sessions/fieldReaders.ts';
import { atomicWrite } from '../atomicWrite.ts';
import { isSameIdentity, toIdentity, type FileIdentity } from '../readFolderFile.ts';
import { hasSettled } from '../settledTime.ts';
import type { OutsidePlaces } from './continuityPlaces.ts';
import { assertVersion, jsonText, readJsonFile, type JsonFile } from './jsonFile.ts';
import { asToken } from './tokenField.ts';
import { fileSteps, type ContinuityObserver } from './writeSteps.ts';

/** The tokens below which nothing of an identity may fall. */
export interface TokenFloor {
  /** The highest token that was ever granted. */
  readonly minted: FencingToken;
  /** Writes with a lower token than this are refused. At most `minted`. */
  readonly fence: FencingToken;
}

export const noFloor: TokenFloor = { minted: 0, fence: 0 };

type Floors = ReadonlyMap<AgentIdentity, TokenFloor>;

const version = 1;
const limits = { maxBytes: 64 * 1024 * 1024, what: 'a file of tokens' };

/**
 * The floors of all identities, in two files outside the checkout. Whatever was promised is in both, so
 * one that can be read is enough; with two that cannot, or one gone and one unreadable, nobody knows what
 * was promised and everything is refused.
 */
export class TokenFloors {
  private cached:
    | {
        readonly files: readonly (FileIdentity | undefined)[];
        readonly floors: Floors;
      }
    | undefined;

  constructor(
    private readonly places: OutsidePlaces,
    private readonly observe?: ContinuityObserver,
  ) {}

  /** @throws Error with a sentence for people when no file can be believed */
  read(): Floors {
    const paths = [this.places.floors, this.places.floorsCopy];
    // Looked at before they are read: whatever changes meanwhile is read again the next time.
    const identities = paths.map(identityOf);
    if (this.cached && areSame(this.cached.files, identities)) return this.cached.floors;
    const floors = merged(
      paths.map((path) => readJsonFile(path, limits, decodeFloors)),
      this.places,
    );
    const nowMs = Date.now();
    // The number of a file may be used again at once, within what one time stamp can tell apart.
    const areSettled = identities.every((file) => !file || hasSettled(file.mtimeMs, nowMs));
    this.cached = areSettled ? { files: identities, floors } : undefined;
    return floors;
  }

  of(identity: AgentIdentity): TokenFloor {
    return this.read().get(identity) ?? noFloor;
  }

  /**
   * Raises floors, durably, before it resolves. Lower ones are ignored. Only under the lock.
   * @throws Error, system errors; then some may be raised, which does no harm
   */
  async raise(
    raised: ReadonlyMap<AgentIdentity, Partial<TokenFloor>>,
    beforeRename: () => void,
  ): Promise<void> {
    const known = this.read();
    const floors = new Map(known);
    let isRaised = false;
    for (const [identity, floor] of raised) {
      const before = known.get(identity) ?? noFloor;
      const next = raisedFloor(before, floor);
      if (next.minted === before.minted && next.fence === before.fence) continue;
      floors.set(identity, next);
      isRaised = true;
    }
    if (isRaised) await this.write(floors, beforeRename);
  }

  private async write(floors: Floors, beforeRename: () => void): Promise<void> {
    const text = jsonText(encodeFloors(floors));
    await mkdir(dirname(this.places.floors), { recursive: true });
    const observe = (file: 'floors' | 'floors-copy'): ReturnType<typeof fileSteps> =>
      fileSteps(this.observe, file);
    await atomicWrite(this.places.floorsCopy, text, {
      beforeRename,
      observe: observe('floors-copy'),
    });
    await atomicWrite(this.places.floors, text, { beforeRename, observe: observe('floors') });
  }
}

function identityOf(path: string): FileIdentity | undefined {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats && toIdentity(stats);
}

function raisedFloor(before: TokenFloor, raised: Partial<TokenFloor>): TokenFloor {
  const fence = Math.max(before.fence, raised.fence ?? 0);
  return { minted: Math.max(before.minted, raised.minted ?? 0, fence), fence };
}

function merged(
  files: readonly (JsonFile<Floors> | undefined)[],
  { floors: path }: OutsidePlaces,
): Floors {
  const readable = files.flatMap((file) => (file && 'value' in file ? [file.value] : []));
  const problem = files.flatMap((file) => (file && 'problem' in file ? [file.problem] : []))[0];
  if (readable.length === 0 && problem !== undefined) {
    throw new Error(
      `${path} keeps the highest tokens of the identities and cannot be read: ${problem} Restore it; ` +
        'only when no agent of this repository works anywhere, remove it and its copy.',
    );
  }
  const floors = new Map<AgentIdentity, TokenFloor>();
  for (const file of readable) {
    for (const [identity, floor] of file) {
      floors.set(identity, raisedFloor(floors.get(identity) ?? noFloor, floor));
    }
  }
  return floors;
}

function encodeFloors(floors: Floors): unknown {
  const identities = [...floors].map(([name, { minted, fence }]) => [name, { minted, fence }]);
  return { version, identities: Object.fromEntries(identities) as unknown };
}

function decodeFloors(value: unknown): Floors {
  const at = fieldsOf(value, '');
  assertVersion(at('version', asCount), version);
  const floors = new Map<AgentIdentity, TokenFloor>();
  for (const [name, entry] of Object.entries(at('identities', asTable))) {
    const floorAt = fieldsOf(entry, name);
    const floor = { minted: floorAt('minted', asToken), fence: floorAt('fence', asToken) };
    floors.set(parseAgentIdentity(name), raisedFloor(noFloor, floor));
  }
  return floors;
}

function areSame(
  known: readonly (FileIdentity | undefined)[],
  now: readonly (FileIdentity | undefined)[],
): boolean {
  return known.every((identity, i) => {
    const other = now[i];
    if (identity === undefined || other === undefined) return identity === other;
    return isSameIdentity(identity, other);
  });
}
