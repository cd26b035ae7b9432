import { randomBytes } from 'node:crypto';
import { unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { errorCode } from '../../base/errorText.ts';
import type { AgentIdentity } from '../../core/identities/agentIdentity.ts';
import type { FencingToken } from '../../core/identities/continuityRecord.ts';
import { MalformedField, present } from '../../core/sessions/fieldReaders.ts';
import { atomicWrite, syncFolder } from '../atomicWrite.ts';
import { isPlainFolder } from '../harnessSessions/plainFile.ts';
import type { ContinuityFolder, ContinuityTransaction } from './continuityFolder.ts';
import type { HistoryEntry } from './historyEntry.ts';
import type { IdentityHistory } from './identityHistory.ts';
import {
  checkedMessage,
  messageFileText,
  messageIdPattern,
  type InboxMessage,
  type NewInboxMessage,
} from './inboxMessage.ts';
import {
  inboxFolderName,
  InboxReader,
  isMessageName,
  maxWaitingMessages,
  messageFileName,
  type InboxContent,
} from './inboxReader.ts';
import { writeProblem } from './writeProblem.ts';
import { fileSteps } from './writeSteps.ts';

/** Why a message was not taken. Its message is a sentence for people. */
export class InboxError extends Error {
  override readonly name = 'InboxError';

  constructor(
    readonly code: 'full' | 'invalid' | 'io',
    detail: string,
    options?: { readonly cause?: unknown },
  ) {
    super(detail, options);
  }
}

/**
 * Messages for identities that another process owns: whoever has one puts it, the owner says that it
 * begins, brings it to the agent and then takes it out. A message that was put is safe, and is told until
 * it is taken.
 */
export class FileInbox {
  private readonly reader: InboxReader;

  constructor(
    private readonly folder: ContinuityFolder,
    private readonly history: IdentityHistory,
    private readonly clock: Pick<Clock, 'now'>,
  ) {
    this.reader = new InboxReader(folder, history);
  }

  /**
   * Durable when it resolves. What waits under the same key, or was brought under it, is not put again, but
   * answered the same. @throws InboxError
   */
  put(identity: AgentIdentity, message: NewInboxMessage): Promise<InboxMessage> {
    return this.guarded(() => {
      const checked = checkedMessage(message);
      return this.folder.transact(async (transaction) => {
        await transaction.makeFolder(identity, inboxFolderName);
        const content = this.reader.waiting(identity);
        const same = this.sameAs(identity, checked, content);
        if (same) return same;
        if (content.messages.length + content.problems.length >= maxWaitingMessages) {
          throw full(identity, content);
        }
        const put = { ...checked, ...this.nextId(identity) };
        await this.write(transaction, identity, put);
        return put;
      });
    });
  }

  /** What waits now; nobody is kept waiting for it. @throws InboxError */
  list(identity: AgentIdentity): Promise<InboxContent> {
    return this.guarded(() => Promise.resolve(this.reader.waiting(identity)));
  }

  /**
   * Says durably that an owner is about to bring a message. False when it does not wait any more, or somebody
   * was granted the identity under a higher token; then nothing is said. @throws InboxError
   */
  begin(identity: AgentIdentity, id: string, token: FencingToken): Promise<boolean> {
    const begun = { token, atMs: this.nowMs() };
    return this.rewrite(identity, id, (message) =>
      this.folder.floors.of(identity).minted > token ? undefined : { ...message, begun },
    );
  }

  /** Says that it did not come to what was begun under a token. @throws InboxError */
  giveBack(identity: AgentIdentity, id: string, token: FencingToken): Promise<boolean> {
    return this.rewrite(identity, id, (message) =>
      message.begun?.token === token ? present({ ...message, begun: undefined }) : undefined,
    );
  }

  /**
   * Moves a message into the history. False when it does not wait any more, so that only one of several
   * takes it. @throws InboxError
   */
  take(identity: AgentIdentity, id: string): Promise<boolean> {
    return this.guarded(() => {
      if (!messageIdPattern.test(id)) return Promise.resolve(false);
      return this.folder.transact((transaction) => this.takeIn(transaction, identity, id));
    });
  }

  /** False when it does not wait any more, or is to stay as it is. */
  private rewrite(
    identity: AgentIdentity,
    id: string,
    change: (message: InboxMessage) => InboxMessage | undefined,
  ): Promise<boolean> {
    return this.guarded(() =>
      this.folder.transact(async (transaction) => {
        const message = this.waitingOne(identity, id);
        const changed = message && change(message);
        if (changed === undefined) return false;
        await this.write(transaction, identity, changed);
        return true;
      }),
    );
  }

  private async takeIn(
    transaction: ContinuityTransaction,
    identity: AgentIdentity,
    id: string,
  ): Promise<boolean> {
    const message = this.waitingOne(identity, id);
    if (message) await this.remember(transaction, identity, message);
    // Also what is in the history already: whoever took it was killed before it was removed.
    await this.remove(transaction, identity, id);
    return message !== undefined;
  }

  /** Nothing depends on a history: one that cannot be written keeps no message from being taken out. */
  private async remember(
    transaction: ContinuityTransaction,
    identity: AgentIdentity,
    message: InboxMessage,
  ): Promise<void> {
    const { id, from, origin, kind: mode, text, correlationId, idempotencyKey } = message;
    const entry: HistoryEntry = present({
      ...({ kind: 'message', atMs: this.nowMs(), id, from, origin, mode } as const),
      ...{ text, correlationId, idempotencyKey },
    });
    await this.history.appendIn(transaction, identity, [entry]).catch(transaction.assertStillHeld);
  }

  private async write(
    transaction: ContinuityTransaction,
    identity: AgentIdentity,
    message: InboxMessage,
  ): Promise<void> {
    const path = join(this.reader.path(identity), messageFileName(message.id));
    await atomicWrite(path, messageFileText(message), {
      beforeRename: transaction.assertStillHeld,
      observe: fileSteps(this.folder.observe, 'message'),
    });
  }

  private async remove(
    transaction: ContinuityTransaction,
    identity: AgentIdentity,
    id: string,
  ): Promise<void> {
    const folder = this.reader.path(identity);
    if (!isPlainFolder(this.folder.of(identity)) || !isPlainFolder(folder)) return;
    transaction.assertStillHeld();
    try {
      await unlink(join(folder, messageFileName(id)));
      this.folder.observe?.('message:removed');
      await syncFolder(folder);
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
    }
  }

  private waitingOne(identity: AgentIdentity, id: string): InboxMessage | undefined {
    return this.reader.waiting(identity).messages.find((waiting) => waiting.id === id);
  }

  private sameAs(
    identity: AgentIdentity,
    message: NewInboxMessage,
    { messages }: InboxContent,
  ): InboxMessage | undefined {
    const { idempotencyKey: key, kind } = message;
    if (key === undefined) return undefined;
    const waiting = messages.find((other) => other.idempotencyKey === key && other.kind === kind);
    if (waiting) return waiting;
    const brought = this.history.broughtUnder(identity, { key, mode: kind });
    return brought && { ...message, id: brought.id, atMs: brought.atMs };
  }

  /** Later than all that wait, also when the clock was set back. */
  private nextId(identity: AgentIdentity): { readonly id: string; readonly atMs: number } {
    const atMs = Math.max(0, this.nowMs());
    // A time that lies far ahead is nobody's; counting on from it would leave the form of an id.
    const last = this.reader
      .fileNames(identity)
      .findLast((name) => isMessageName(name) && Number(name.slice(0, 13)) < atMs + maxSetBackMs);
    const lastMs = Number(last?.slice(0, 13) ?? -1);
    const count = last !== undefined && lastMs >= atMs ? Number(last.slice(14, 18)) + 1 : 0;
    const stamp = count > 9999 ? lastMs + 1 : Math.max(atMs, lastMs);
    const digits = `${String(stamp).padStart(13, '0')}-${String(count % 10_000).padStart(4, '0')}`;
    return { id: `${digits}-${randomBytes(4).toString('hex')}`, atMs };
  }

  private nowMs(): number {
    return Math.round(this.clock.now());
  }

  private async guarded<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof InboxError) throw error;
      const code = error instanceof MalformedField ? 'invalid' : 'io';
      throw new InboxError(code, writeProblem(error, this.folder.path), { cause: error });
    }
  }
}

const maxSetBackMs = 24 * 60 * 60_000;

function full(identity: AgentIdentity, { messages, problems }: InboxContent): InboxError {
  const [bad] = problems;
  if (bad !== undefined) {
    const count = messages.length + problems.length;
    const text = `${count} messages wait for ${identity} already, and ${problems.length} of them nobody can bring, such as ${bad.file}: ${bad.problem}`;
    return new InboxError('full', text);
  }
  return new InboxError(
    'full',
    `${messages.length} messages wait for ${identity} already. Wait until its owner has brought them, or start it where nobody owns it.`,
  );
}
