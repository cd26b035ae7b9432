import { join } from 'node:path';
import * as vscode from 'vscode';
import { actorChain } from '../core/agents/actorChain.ts';
import type { AgentEntry } from '../core/agents/agentEntry.ts';
import type { AgentSnapshot } from '../core/agents/registrySnapshot.ts';
import type { AgentDetails } from '../presentation/agentDetailsPage.ts';
import type { AgentRef } from '../presentation/agentElement.ts';
import type { AgentActivities } from './agentActivities.ts';
import type { LocatedAgent, RegistrySet } from './registrySet.ts';

/** Longest raw text that a page shows. */
const maxRawBytes = 256 * 1024;

/** What is known of an agent whose page is open. */
export type KnownDetails =
  | { readonly kind: 'reading' }
  /** It was never seen here and is not there. */
  | { readonly kind: 'missing' }
  | { readonly kind: 'known'; readonly details: AgentDetails };

/** Gathers what the page of one agent shows. Remembers the last of it, for when the entry is gone. */
export class AgentDetailsSource {
  private last: AgentDetails | undefined;
  private rawOf: AgentEntry | undefined;

  constructor(
    private readonly registries: RegistrySet,
    private readonly ref: AgentRef,
    private readonly activities?: Pick<AgentActivities, 'of'>,
  ) {}

  async read(): Promise<KnownDetails> {
    const located = this.registries.find(this.ref.root, this.ref.sessionId);
    if (located === undefined) return this.readMissing();
    const filePath = join(located.root.folder, `${this.ref.sessionId}.toml`);
    const details = {
      root: this.ref.root,
      agent: located.agent,
      activity: this.activities?.of(this.ref.root, located.agent),
      chain: chainOf(located),
      filePath,
      rawText: await this.rawText(filePath, located.agent.entry),
      isRemoved: false,
    };
    this.last = details;
    return { kind: 'known', details };
  }

  /** While the folder is only being read, or its file half-written, nothing is known to be gone. */
  private readMissing(): KnownDetails {
    const snapshot = this.registries.get(this.ref.root)?.snapshot;
    const fileName = `${this.ref.sessionId}.toml`;
    const isUnreadable = snapshot?.broken.some((record) => record.fileName === fileName) ?? false;
    const isKnown = snapshot?.state.kind === 'ready' || snapshot?.state.kind === 'absent';
    const isGone = isKnown && !isUnreadable;
    if (this.last === undefined) return { kind: isGone ? 'missing' : 'reading' };
    if (isGone) this.last = { ...this.last, isRemoved: true, rawText: undefined };
    return { kind: 'known', details: this.last };
  }

  /** Read again only when the entry is another one. */
  private async rawText(path: string, entry: AgentEntry): Promise<string | undefined> {
    if (this.rawOf === entry && this.last?.rawText !== undefined) return this.last.rawText;
    const text = await readRegularFile(vscode.Uri.file(path));
    this.rawOf = entry;
    return text;
  }
}

/** The chain of an agent in its snapshot, root first. */
function chainOf({ root, agent }: LocatedAgent): readonly AgentSnapshot[] {
  const { agents } = root.snapshot;
  const find = (sessionId: string): AgentSnapshot | undefined =>
    agents.find(({ entry }) => entry.sessionId === sessionId);
  const lookup = {
    bySessionId: (sessionId: string) => find(sessionId)?.entry,
    byActorKey: (key: string) =>
      agents.filter(({ entry }) => entry.nativeActorKey === key).map(({ entry }) => entry),
  };
  return actorChain(lookup, agent.entry.sessionId)
    .map(({ sessionId }) => find(sessionId))
    .filter((link) => link !== undefined);
}

/** Undefined for what is not a file of a reasonable size: reading a pipe would never end. */
async function readRegularFile(uri: vscode.Uri): Promise<string | undefined> {
  try {
    const stats = await vscode.workspace.fs.stat(uri);
    if (stats.type !== vscode.FileType.File || stats.size > maxRawBytes) return undefined;
    return new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
  } catch {
    // It was removed meanwhile; the next change says so.
    return undefined;
  }
}
