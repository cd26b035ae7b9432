import type { AgentEntry } from '../core/agents/agentEntry.ts';
import { agentToJson, brokenToJson } from '../presentation/agentJson.ts';
import { brokenHolderToJson, lockToJson, waitToJson } from '../presentation/lockJson.ts';
import { standingLocks } from '../presentation/toolAnswers/listLocksAnswer.ts';
import { lookAtLocks } from '../presentation/toolAnswers/lockEvidence.ts';
import { queueOrder } from '../presentation/toolAnswers/queueOrder.ts';
import { firstRows } from '../presentation/toolAnswers/rows.ts';
import type { JsonObject, ToolWorld } from '../presentation/toolAnswers/toolCall.ts';

/** Something that a client can read without calling a tool. */
export interface SnapshotResource {
  readonly name: string;
  readonly uri: string;
  readonly title: string;
  readonly description: string;
  read(world: ToolWorld): Promise<JsonObject>;
}

/** What is read is for programs as well, so more of it is listed than by a tool. */
const maxAgents = 1000;
const maxLocks = 2000;
const maxQueries = 20;

export const snapshotResources: readonly SnapshotResource[] = [
  {
    name: 'snapshot',
    uri: 'heddle://snapshot',
    title: 'Agents and file locks',
    description: 'Every agent and every file lock of the repository at this moment.',
    read: async (world) => ({ ...(await readAgents(world)), ...(await readLocks(world)) }),
  },
  {
    name: 'agents',
    uri: 'heddle://agents',
    title: 'Agents',
    description: 'Every agent of the repository with everything that is recorded of it.',
    read: readAgents,
  },
  {
    name: 'locks',
    uri: 'heddle://locks',
    title: 'File locks',
    description: 'What is locked by whom, and who waits for it.',
    read: readLocks,
  },
];

async function readAgents({ agents }: ToolWorld): Promise<JsonObject> {
  const { records, view } = await agents.listView();
  const { shown, more } = firstRows(records, maxAgents);
  const verdicts = await agents.livenessForAll(shown.map(({ entry }) => entry));
  return {
    agents: shown.flatMap(({ entry }, i) => {
      const verdict = verdicts[i];
      return verdict === undefined ? [] : [agentToJson(withLastQueries(entry), verdict)];
    }),
    more_agents: more,
    broken: firstRows(view.broken()).shown.map(brokenToJson),
  };
}

async function readLocks(world: ToolWorld): Promise<JsonObject> {
  const evidence = await lookAtLocks(world);
  const snapshots = evidence.snapshots();
  const locks = firstRows(standingLocks(snapshots), maxLocks);
  const waits = firstRows(queueOrder(snapshots, evidence.view.rules), maxLocks);
  return {
    locks: locks.shown.map(({ who, held }) =>
      lockToJson({ ...who, lock: held.lock, expiresAtMs: held.end.atMs }),
    ),
    more_locks: locks.more,
    waiting: waits.shown.map(({ who, wait, position }) => waitToJson(who.holder, wait, position)),
    more_waiting: waits.more,
    broken_holders: firstRows(evidence.broken).shown.map(brokenHolderToJson),
  };
}

/** The log of an agent that works for days is long. */
function withLastQueries(entry: AgentEntry): AgentEntry {
  return { ...entry, contextQueries: entry.contextQueries.slice(-maxQueries) };
}
