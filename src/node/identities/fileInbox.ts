import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { errorCode, errorText } from '../../base/errorText.ts';
import type { AgentIdentity } from '../../core/identities/agentIdentity.ts';
import { MalformedField } from '../../core/sessions/fieldReaders.ts';
import { atomicWrite, syncFolder } from '../atomicWrite.ts';
import { isPlainFolder } from '../harnessSessions/plainFile.ts';
import type { ContinuityFolder, ContinuityTransaction } from './continuityFolder.ts';
import type { IdentityHistory } from './identityHistory.ts';
import {
  checkedMessage,
  decodeMessage,
  maxMessageFileBytes,
  messageFileText,
  messageIdPattern,
  type InboxMessage,
  type NewInboxMessage,
} from './inboxMessage.ts';
import { readJsonFile } from './jsonFile.ts';
import { fileSteps } from './writeSteps.ts';

/** The folder of an inbox, in that of its identity. */
export const inboxFolderName = 'inbox';
/** How many messages may wait for one identity. */
export const maxWaitingMessages = 100;

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

/** What waits for an identity. */
export interface InboxContent {
  /** In the order in which they were put. */
  readonly messages: readonly InboxMessage[];
  /** Files that are no messages; they wait until somebody removes them and count against the limit. */
  readonly problems: readonly InboxProblem[];
}

export interface InboxProblem {
  readonly file: string;
  /** A sentence for people. */
  readonly problem: string;
}

/**
 * Messages for identities that another process owns: whoever has one puts it, the owner brings it to the
 * agent and then takes it out. A message that was put is safe, and is told until it is taken.
 */
export class FileInbox {
  constructor(
    private readonly folder: ContinuityFolder,
    private readonly history: IdentityHistory,
    private readonly clock: Pick<Clock, 'now'>,
  ) {}

  /** Durable when it resolves. @throws InboxError */
  put(identity: AgentIdentity, message: NewInboxMessage): Promise<InboxMessage> {
    return this.guarded(() => {
      const checked = checkedMessage(message);
      return this.folder.transact(async (transaction) => {
        const folder = await transaction.makeFolder(identity, inboxFolderName);
        const { messages, problems } = this.waiting(identity);
        const key = checked.idempotencyKey;
        const same = messages.find((other) => key !== undefined && other.idempotencyKey === key);
        if (same) return same;
        const count = messages.length + problems.length;
        if (count >= maxWaitingMessages) throw full(identity, count);
        const put = { ...checked, ...this.nextId(identity) };
        await atomicWrite(join(folder, fileName(put.id)), messageFileText(put), {
          beforeRename: transaction.assertStillHeld,
          observe: fileSteps(this.folder.observe, 'message'),
        });
        return put;
      });
    });
  }

  /** What waits now; nobody is kept waiting for it. @throws InboxError */
  list(identity: AgentIdentity): Promise<InboxContent> {
    return this.guarded(() => Promise.resolve(this.waiting(identity)));
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

  private async takeIn(
    transaction: ContinuityTransaction,
    identity: AgentIdentity,
    id: string,
  ): Promise<boolean> {
    const message = this.waiting(identity).messages.find((waiting) => waiting.id === id);
    if (message) {
      const { from, origin, kind: mode, text, correlationId } = message;
      const entry = {
        ...({
          kind: 'message',
          atMs: Math.round(this.clock.now()),
          id,
          from,
          origin,
          mode,
        } as const),
        ...{ text, ...(correlationId !== undefined && { correlationId }) },
      };
      await this.history.appendIn(transaction, identity, [entry]);
    }
    // Also what is in the history already: whoever took it was killed before it was removed.
    await this.remove(transaction, identity, id);
    return message !== undefined;
  }

  private async remove(
    transaction: ContinuityTransaction,
    identity: AgentIdentity,
    id: string,
  ): Promise<void> {
    const folder = this.inbox(identity);
    if (!isPlainFolder(this.folder.of(identity)) || !isPlainFolder(folder)) return;
    transaction.assertStillHeld();
    try {
      await unlink(join(folder, fileName(id)));
      this.folder.observe?.('message:removed');
      await syncFolder(folder);
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
    }
  }

  private waiting(identity: AgentIdentity): InboxContent {
    const messages: InboxMessage[] = [];
    const problems: InboxProblem[] = [];
    const names = this.fileNames(identity);
    const own = names.filter(isMessageName).slice(0, 2 * maxWaitingMessages);
    const others = names.filter((name) => !isMessageName(name)).slice(0, maxWaitingMessages);
    for (const name of [...own, ...others]) {
      const path = join(this.inbox(identity), name);
      const file = isMessageName(name)
        ? readJsonFile(path, limits, (value) => decodeMessage(value, idOf(name)))
        : { problem: 'It does not have the name of a message.' };
      if (file === undefined) continue;
      if ('value' in file) messages.push(file.value);
      else problems.push({ file: path, problem: `${file.problem} Remove it.` });
    }
    return { messages: this.withoutTaken(identity, messages), problems };
  }

  /** A message that is in the history was brought, even if its file is still there. */
  private withoutTaken(
    identity: AgentIdentity,
    messages: readonly InboxMessage[],
  ): readonly InboxMessage[] {
    if (messages.length === 0) return messages;
    const taken = new Set(
      this.history.read(identity).map((entry) => (entry.kind === 'message' ? entry.id : undefined)),
    );
    return messages.filter(({ id }) => !taken.has(id));
  }

  private fileNames(identity: AgentIdentity): readonly string[] {
    const folder = this.inbox(identity);
    if (!isPlainFolder(this.folder.of(identity)) || !isPlainFolder(folder)) return [];
    return readdirSync(folder)
      .filter((name) => name.endsWith(fileSuffix) && !name.startsWith('.'))
      .sort();
  }

  /** Later than all that wait, also when the clock was set back. */
  private nextId(identity: AgentIdentity): { readonly id: string; readonly atMs: number } {
    const atMs = Math.max(0, Math.round(this.clock.now()));
    // A time that lies far ahead is nobody's; counting on from it would leave the form of an id.
    const last = this.fileNames(identity).findLast(
      (name) => isMessageName(name) && Number(name.slice(0, 13)) < atMs + maxSetBackMs,
    );
    const lastMs = Number(last?.slice(0, 13) ?? -1);
    const count = last !== undefined && lastMs >= atMs ? Number(last.slice(14, 18)) + 1 : 0;
    const stamp = count > 9999 ? lastMs + 1 : Math.max(atMs, lastMs);
    const digits = `${String(stamp).padStart(13, '0')}-${String(count % 10_000).padStart(4, '0')}`;
    return { id: `${digits}-${randomBytes(4).toString('hex')}`, atMs };
  }

  private inbox(identity: AgentIdentity): string {
    return join(this.folder.of(identity), inboxFolderName);
  }

  private async guarded<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof InboxError) throw error;
      const code = error instanceof MalformedField ? 'invalid' : 'io';
      throw new InboxError(code, errorText(error), { cause: error });
    }
  }
}

const fileSuffix = '.json';
const limits = { maxBytes: maxMessageFileBytes, what: 'a message' };
const maxSetBackMs = 24 * 60 * 60_000;

function isMessageName(name: string): boolean {
  return messageIdPattern.test(idOf(name));
}

function idOf(name: string): string {
  return name.slice(0, -fileSuffix.length);
}

function fileName(id: string): string {
  return `${id}${fileSuffix}`;
}

function full(identity: AgentIdentity, count: number): InboxError {
  return new InboxError(
    'full',
    `${count} messages wait for ${identity} already. Wait until its owner has brought them, or start it where nobody owns it.`,
  );
}
