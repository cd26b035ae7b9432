import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentIdentity } from '../../core/identities/agentIdentity.ts';
import { isPlainFolder } from '../harnessSessions/plainFile.ts';
import type { ContinuityFolder } from './continuityFolder.ts';
import type { IdentityHistory } from './identityHistory.ts';
import {
  decodeMessage,
  maxMessageFileBytes,
  messageIdPattern,
  type InboxMessage,
} from './inboxMessage.ts';
import { readJsonFile } from './jsonFile.ts';

/** The folder of an inbox, in that of its identity. */
export const inboxFolderName = 'inbox';
/** How many messages may wait for one identity. */
export const maxWaitingMessages = 100;

/** What waits for an identity. */
export interface InboxContent {
  /** In the order in which they were put. */
  readonly messages: readonly InboxMessage[];
  /** Files that are no messages; they wait until somebody removes them and count against the limit. */
  readonly problems: readonly InboxProblem[];
}

export interface InboxProblem {
  readonly file: string;
  /** Sentences for people: what is wrong and what to do. */
  readonly problem: string;
}

/** More files are not looked at. */
const maxFiles = 10_000;
const fileSuffix = '.json';
const limits = { maxBytes: maxMessageFileBytes, what: 'a message' };

/** Reads what waits for identities, without a lock. Its methods may throw system errors. */
export class InboxReader {
  constructor(
    private readonly folder: ContinuityFolder,
    private readonly history: Pick<IdentityHistory, 'read'>,
  ) {}

  /** What is no message hides none; a message that is in the history was brought, even if its file is still there. */
  waiting(identity: AgentIdentity): InboxContent {
    const messages: InboxMessage[] = [];
    const problems: InboxProblem[] = [];
    for (const name of this.fileNames(identity)) {
      if (messages.length >= 2 * maxWaitingMessages) break;
      const path = join(this.path(identity), name);
      const file = isMessageName(name)
        ? readJsonFile(path, limits, (value) => decodeMessage(value, idOf(name)))
        : { problem: 'It does not have the name of a message.' };
      if (file === undefined) continue;
      if ('value' in file) messages.push(file.value);
      else if (problems.length < maxWaitingMessages) {
        problems.push({ file: path, problem: `${file.problem} Remove it.` });
      }
    }
    return { messages: this.withoutTaken(identity, messages), problems };
  }

  /** In the order in which they were put; those that do not have the name of a message come last. */
  fileNames(identity: AgentIdentity): readonly string[] {
    const folder = this.path(identity);
    if (!isPlainFolder(this.folder.of(identity)) || !isPlainFolder(folder)) return [];
    const names = readdirSync(folder).filter(
      (name) => name.endsWith(fileSuffix) && !name.startsWith('.'),
    );
    const own = names.filter(isMessageName).sort();
    const others = names.filter((name) => !isMessageName(name)).sort();
    return [...own, ...others].slice(0, maxFiles);
  }

  /** The folder of an inbox, which need not exist. */
  path(identity: AgentIdentity): string {
    return join(this.folder.of(identity), inboxFolderName);
  }

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
}

export function isMessageName(name: string): boolean {
  return name.endsWith(fileSuffix) && messageIdPattern.test(idOf(name));
}

export function messageFileName(id: string): string {
  return `${id}${fileSuffix}`;
}

function idOf(name: string): string {
  return name.slice(0, -fileSuffix.length);
}
