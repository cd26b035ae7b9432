import { lstatSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { AgentIdentity } from '../../core/identities/agentIdentity.ts';
import { appendLines } from '../activityAppend.ts';
import { atomicWrite } from '../atomicWrite.ts';
import { isSameIdentity, toIdentity, type FileIdentity } from '../readFolderFile.ts';
import type { ContinuityFolder, ContinuityTransaction } from './continuityFolder.ts';
import { decodeHistoryLine, historyLine, type HistoryEntry } from './historyEntry.ts';
import type { InboxKind } from './inboxMessage.ts';
import { readLastLines } from './lastLines.ts';
import { fileSteps } from './writeSteps.ts';

const historyFileName = 'history.jsonl';
/** How many lines are left when a history was shortened. */
export const maxHistoryLines = 1000;
/** Shortening rewrites the file, so it is not done for each line. */
const slackLines = 200;
/** More than the lines that are kept take in any honest history; of a longer file the end is read. */
export const maxHistoryBytes = 16 * 1024 * 1024;

interface KnownLines {
  readonly file: FileIdentity;
  readonly count: number;
}

/** A message that was brought to an agent. */
export type BroughtMessage = Extract<HistoryEntry, { readonly kind: 'message' }>;

/** What happened to identities, one line of JSON for each event; the last thousand and a few. */
export class IdentityHistory {
  private readonly known = new Map<AgentIdentity, KnownLines>();

  constructor(private readonly folder: ContinuityFolder) {}

  /** @throws Error, system errors, RegistryError when there is no lock */
  append(identity: AgentIdentity, entries: readonly HistoryEntry[]): Promise<void> {
    if (entries.length === 0) return Promise.resolve();
    return this.folder.transact((transaction) => this.appendIn(transaction, identity, entries));
  }

  /** The same within a transaction that is under way. */
  async appendIn(
    transaction: ContinuityTransaction,
    identity: AgentIdentity,
    entries: readonly HistoryEntry[],
  ): Promise<void> {
    await transaction.makeFolder(identity);
    const path = this.path(identity);
    const before = this.lineCount(identity);
    transaction.assertStillHeld();
    const size = appendLines(path, entries.map(historyLine).join(''));
    this.folder.observe?.('history:appended');
    const count = before + entries.length;
    const isTooLong = count > maxHistoryLines + slackLines || size > maxHistoryBytes;
    if (isTooLong) await this.shorten(transaction, identity);
    else this.remember(identity, count);
  }

  /** Oldest first. What cannot be read is left out. @throws system errors that say nothing of the file */
  read(identity: AgentIdentity): readonly HistoryEntry[] {
    return this.lines(identity).flatMap((line) => decodeHistoryLine(line) ?? []);
  }

  /** The message that was brought under an idempotency key, if the history still has it. */
  broughtUnder(
    identity: AgentIdentity,
    { key, mode }: { readonly key: string; readonly mode: InboxKind },
  ): BroughtMessage | undefined {
    return this.read(identity).findLast(
      (entry): entry is BroughtMessage =>
        entry.kind === 'message' && entry.idempotencyKey === key && entry.mode === mode,
    );
  }

  private async shorten(
    transaction: ContinuityTransaction,
    identity: AgentIdentity,
  ): Promise<void> {
    // So much less that not each line that follows is one too many.
    const lines = this.lines(identity, maxHistoryBytes / 2).slice(-maxHistoryLines);
    await atomicWrite(this.path(identity), lines.map((line) => `${line}\n`).join(''), {
      beforeRename: transaction.assertStillHeld,
      observe: fileSteps(this.folder.observe, 'history'),
    });
    this.remember(identity, lines.length);
  }

  private lineCount(identity: AgentIdentity): number {
    const known = this.known.get(identity);
    const file = this.identityOf(identity);
    if (file === undefined) return 0;
    if (known && isSameIdentity(known.file, file)) return known.count;
    return this.lines(identity).length;
  }

  private remember(identity: AgentIdentity, count: number): void {
    const file = this.identityOf(identity);
    if (file) this.known.set(identity, { file, count });
  }

  private identityOf(identity: AgentIdentity): FileIdentity | undefined {
    const stats = lstatSync(this.path(identity), { throwIfNoEntry: false });
    return stats && toIdentity(stats);
  }

  /** None of a file that cannot be read: nothing depends on a history. */
  private lines(identity: AgentIdentity, maxBytes = maxHistoryBytes): readonly string[] {
    const path = this.path(identity);
    if (!lstatSync(dirname(path), { throwIfNoEntry: false })?.isDirectory()) return [];
    return readLastLines(dirname(path), basename(path), maxBytes);
  }

  private path(identity: AgentIdentity): string {
    return join(this.folder.of(identity), historyFileName);
  }
}
