import { isSessionId } from '../core/agents/sessionId.ts';
import { decodeHolder, encodeHolder } from '../core/locks/holderCodec.ts';
import type { HolderIdentity, LockHolder } from '../core/locks/lockHolder.ts';
import type { PathRules } from '../core/locks/lockPath.ts';
import type { BrokenHolder } from '../core/locks/lockStore.ts';

/** A holder has a few locks of some hundred bytes each; larger files are not read. */
export const maxHolderBytes = 16 * 1024 * 1024;

/** What a file of the folder holds. */
export type HolderRecord = HolderFile | BrokenFile;

export interface HolderFile {
  readonly kind: 'holder';
  readonly holder: LockHolder;
  readonly text: string;
}

export interface BrokenFile {
  readonly kind: 'broken';
  readonly broken: BrokenHolder;
  /** A valid holder whose number another file has. */
  readonly duplicate: LockHolder | undefined;
}

const suffix = '.json';

/** Names that begin with a dot are for other purposes. */
export function isHolderFileName(fileName: string): boolean {
  return fileName.endsWith(suffix) && !fileName.startsWith('.');
}

/** The name of a holder's file follows from who it is, so that its owner finds it without a search. */
export function holderFileName({ id, identity }: Pick<LockHolder, 'id' | 'identity'>): string {
  return `${fileStem(id, identity)}${suffix}`;
}

/** A word in front keeps every name legal on Windows, where `con.json` is none. */
function fileStem(id: number, identity: HolderIdentity): string {
  switch (identity.kind) {
    case 'session':
      return `session-${identity.sessionId}`;
    case 'window':
      return `window-${identity.windowId}`;
    case 'name':
      return `holder-${id}`;
  }
}

/** Reads the text of a holder's file. */
export function parseHolderFile(fileName: string, text: string, rules: PathRules): HolderRecord {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return brokenFile(fileName, text === '' ? 'The file is empty.' : 'It is not valid JSON.');
  }
  const decoded = decodeHolder(value, rules);
  if ('problem' in decoded) return brokenFile(fileName, decoded.problem);
  const { holder } = decoded;
  if (!hasSafeIdentity(holder.identity) || holderFileName(holder) !== fileName) {
    return brokenFile(fileName, 'The file name does not match the holder in it.');
  }
  return { kind: 'holder', holder, text };
}

/** The text of a holder's file. */
export function holderFileText(holder: LockHolder): string {
  return `${JSON.stringify(encodeHolder(holder), undefined, 1)}\n`;
}

export function holderIn(record: HolderRecord): LockHolder | undefined {
  return record.kind === 'holder' ? record.holder : record.broken.lastGood;
}

export function duplicateOf(
  other: string,
  { fileName, holder }: { readonly fileName: string; readonly holder: LockHolder },
): BrokenFile {
  const problem = `Its id ${holder.id} is also that of ${other}. Remove one of the two files.`;
  return { ...brokenFile(fileName, problem), duplicate: holder };
}

export function brokenFile(fileName: string, problem: string): BrokenFile {
  return {
    kind: 'broken',
    broken: { fileName, problem, lastGood: undefined },
    duplicate: undefined,
  };
}

function hasSafeIdentity(identity: HolderIdentity): boolean {
  switch (identity.kind) {
    case 'session':
      return isSessionId(identity.sessionId);
    case 'window':
      return isSessionId(identity.windowId);
    case 'name':
      return true;
  }
}
