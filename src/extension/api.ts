import * as vscode from 'vscode';
import type { AgentSnapshot, RegistrySnapshot } from '../core/agents/registrySnapshot.ts';
import { createLocksApi, type ApiLocks } from './locksApi.ts';
import type { LockPictures } from './lockPictures.ts';
import type { RegistrySet } from './registrySet.ts';

/**
 * What other extensions get from `activate`. Everything in it is frozen; within version 1 fields are
 * only added.
 */
export interface HeddleAgentsApi {
  readonly version: 1;
  /** What is known now, one element per shared `.heddle`. The same object while nothing changes. */
  getSnapshot(): readonly ApiRegistry[];
  readonly onDidChange: vscode.Event<readonly ApiRegistry[]>;
  /** Who holds which file, one element per shared `.heddle`. The same object while nothing changes. */
  getLocks(): readonly ApiLocks[];
  readonly onDidChangeLocks: vscode.Event<readonly ApiLocks[]>;
}

export interface ApiRegistry {
  /** The folder that contains `.heddle`. */
  readonly root: string;
  readonly state: 'loading' | 'absent' | 'ready' | 'failed';
  readonly agents: readonly ApiAgent[];
  readonly unreadable: readonly ApiUnreadableFile[];
}

export interface ApiAgent {
  readonly sessionId: string;
  readonly thread: string;
  readonly status: 'active' | 'abandoned' | 'complete' | 'merged';
  readonly liveness: 'alive' | 'dead' | 'unknown';
  readonly livenessReason: string;
  readonly actorKey: string | undefined;
  readonly parentActorKey: string | undefined;
  readonly harness: string | undefined;
  readonly provider: string | undefined;
  readonly model: string | undefined;
  readonly pid: number | undefined;
  readonly path: string | undefined;
  /** RFC 3339. */
  readonly startedAt: string;
  readonly completedAt: string | undefined;
  readonly inputTokens: bigint | undefined;
  readonly outputTokens: bigint | undefined;
  /** Millionths of a US dollar. */
  readonly costMicrosUsd: bigint | undefined;
}

export interface ApiUnreadableFile {
  readonly file: string;
  readonly problem: string;
  readonly line: number | undefined;
}

/** A frozen facade over the registries and the file locks. */
export function createApi(registries: RegistrySet, pictures: LockPictures): HeddleAgentsApi {
  const locks = createLocksApi(pictures);
  let sources: readonly RegistrySnapshot[] = [];
  let shown: readonly ApiRegistry[] = Object.freeze([]);
  const getSnapshot = (): readonly ApiRegistry[] => {
    const now = registries.roots.map((root) => root.snapshot);
    const isSame = now.length === sources.length && now.every((item, i) => item === sources[i]);
    if (isSame) return shown;
    sources = now;
    shown = Object.freeze(now.map(toApiRegistry));
    return shown;
  };
  const onDidChange: HeddleAgentsApi['onDidChange'] = (listener, thisArg, disposables) => {
    const inner = registries.onDidChange(() => void listener.call(thisArg, getSnapshot()));
    const subscription = new vscode.Disposable(() => inner.dispose());
    disposables?.push(subscription);
    return subscription;
  };
  return Object.freeze({ version: 1 as const, getSnapshot, onDidChange, ...locks });
}

function toApiRegistry(snapshot: RegistrySnapshot): ApiRegistry {
  return Object.freeze({
    root: snapshot.root,
    state: snapshot.state.kind,
    agents: Object.freeze(snapshot.agents.map(toApiAgent)),
    unreadable: Object.freeze(
      snapshot.broken.map((record) =>
        Object.freeze({ file: record.fileName, problem: record.problem, line: record.line }),
      ),
    ),
  });
}

function toApiAgent({ entry, verdict }: AgentSnapshot): ApiAgent {
  return Object.freeze({
    sessionId: entry.sessionId,
    thread: entry.thread,
    status: entry.status,
    liveness: verdict.liveness,
    livenessReason: verdict.reason,
    actorKey: entry.nativeActorKey,
    parentActorKey: entry.nativeParentActorKey,
    harness: entry.harness,
    provider: entry.provider,
    model: entry.model,
    pid: entry.pid,
    path: entry.path,
    startedAt: entry.startedAt,
    completedAt: entry.completedAt,
    inputTokens: entry.usageSummary.inputTokens,
    outputTokens: entry.usageSummary.outputTokens,
    costMicrosUsd: entry.usageSummary.costMicrosUsd,
  });
}
