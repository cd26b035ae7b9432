import { nearestAgent } from '../harnesses/agentAncestor.ts';
import type { Harness } from '../harnesses/harness.ts';
import { textDigest } from '../node/harnessSessions/sessionRecordFile.ts';
import { createProcessProbe } from '../node/processProbe.ts';
import { ancestorsOf } from '../node/processes/processAncestors.ts';

/** Tells sessions apart of which the agent gives no id: by its process, else by the folder. */
export async function processKey(harness: Harness, cwd: string): Promise<string> {
  const found = nearestAgent(await ancestorsOf(process.pid), [harness]);
  if (found === undefined) return `folder-${textDigest(cwd)}`;
  const { pid } = found.process;
  const state = (await createProcessProbe().probe([pid])).get(pid);
  const start = state?.kind === 'running' ? (state.start ?? '') : '';
  return `process-${pid}-${textDigest(start)}`;
}
