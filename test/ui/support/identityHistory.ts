import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import {
  parseAgentIdentity,
  runtimeIdOf,
  type AgentIdentity,
} from '../../../src/core/identities/agentIdentity.ts';
import { findHeddleRoot } from '../../../src/node/heddleRoot.ts';
import { historyLine, type HistoryEntry } from '../../../src/node/identities/historyEntry.ts';
import { openContinuity } from '../../../src/node/identities/openContinuity.ts';
import { writeStatusFile } from '../../../src/node/identities/statusFile.ts';

const unbroken = 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamten'.repeat(6);
const startMs = Date.UTC(2026, 0, 12, 8, 0, 0);
const stepMs = 7 * 60_000;

/** Lines of the file of an agent whose texts are long and have no place to break. */
export const longWords: readonly string[] = [
  'display_name = "Historian of the shop"',
  `instructions = "You keep the history of the shop. Never shorten ${unbroken}."`,
  '[labels]',
  `team = "${unbroken.slice(0, 200)}"`,
  '[context]',
  `archive = "${unbroken}"`,
];

/** An agent of long standing: a long history, messages that wait, and a conversation that is lost. */
export async function fillHistory(root: string, identity: string): Promise<void> {
  const named = parseAgentIdentity(identity);
  const { leases, store, folder, inbox } = openContinuity(findHeddleRoot(root), { label: 'test' });
  const result = (await leases.acquire([named], `test-history-${process.pid}`)).get(named);
  if (result?.result !== 'acquired') throw new Error(`${identity} is not free`);
  const { grant } = result;
  await store.upsertRecord(
    {
      ...{ identity: named, runtimeId: runtimeIdOf(named, 3), generation: 3 },
      ...{ sessionId: 'conversation-0123456789abcdef0123', checkpointVersion: 40 },
    },
    grant.token,
  );
  for (let i = 0; i < 4; i += 1) {
    await inbox.put(named, {
      ...{ from: i === 0 ? unbroken.slice(0, 190) : 'Grace', origin: 'person', kind: 'send' },
      text: i === 1 ? unbroken : `Note page ${i} of the log, please.\nThen the next one.`,
    });
  }
  await leases.release([grant]);
  const own = join(folder, identity);
  mkdirSync(own, { recursive: true });
  writeFileSync(join(own, 'history.jsonl'), historyOf().map(historyLine).join(''));
  await writeStatusFile(own, named, brokenStatus(named, grant.token));
}

function brokenStatus(named: AgentIdentity, token: number): Parameters<typeof writeStatusFile>[2] {
  return {
    ...{ token, atMs: startMs, state: 'broken', failure: 'resume_rejected' },
    detail: `${named} could not be resumed: the agent says that ${unbroken} is not known to it`,
    lastOutput: `I noted it in \`${unbroken}\`.\n\n\`\`\`\n${unbroken}\n\`\`\``,
  };
}

function historyOf(): readonly HistoryEntry[] {
  return Array.from({ length: 60 }, (_, i) => pageOf(i)).flat();
}

function pageOf(i: number): readonly HistoryEntry[] {
  const atMs = startMs + i * stepMs;
  const endMs = atMs + stepMs / 2;
  const sessionId = `session-${String(i).padStart(4, '0')}`;
  const text = i % 9 === 4 ? unbroken : `Note page ${i} of the log.`;
  const output = i % 9 === 5 ? unbroken : `Page ${i} is noted.\n\n- one\n- two`;
  return [
    { kind: 'message', id: `m${i}`, from: 'Grace', origin: 'person', mode: 'send', text, atMs },
    { kind: 'session_started', sessionId, atMs },
    { kind: 'session_ended', sessionId, outcome: 'completed', output, atMs: endMs },
    { kind: 'checkpoint_completed', version: i, generation: 3, atMs: endMs },
  ];
}
