import { execFile } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { ProcessProbe } from '../../core/agents/liveness.ts';
import { processTable } from './processTable.ts';

const pollMs = 25;
const goneWithinMs = 5000;

/** How a tree of processes is ended. */
export interface TreeEnding {
  readonly probe: ProcessProbe;
  /** From SIGTERM to SIGKILL. */
  readonly killAfterMs: number;
}

/**
 * Ends a program that heads a process group, with all that it started: SIGTERM, and SIGKILL for what is
 * still there. Never throws. Resolves when all is gone, or when the system does not let it go.
 */
export async function endTree(pid: number, { probe, killAfterMs }: TreeEnding): Promise<void> {
  if (process.platform === 'win32') {
    const args = ['/pid', String(pid), '/t', '/f'];
    await promisify(execFile)('taskkill', args, { windowsHide: true }).catch(() => undefined);
    return;
  }
  const tree = new Tree(pid, probe);
  await tree.look();
  tree.signal('SIGTERM');
  if (await tree.isGoneWithin(killAfterMs)) return;
  tree.signal('SIGKILL');
  await tree.isGoneWithin(goneWithinMs);
}

/** The processes of a tree, told from later ones with the same id by when they started. */
class Tree {
  private readonly starts = new Map<number, string | undefined>();

  constructor(
    private readonly head: number,
    private readonly probe: ProcessProbe,
  ) {}

  /** What is already known may have started more since, or have ended. */
  async look(): Promise<void> {
    const known = await this.probe.probe([...this.starts.keys()]);
    for (const [pid, start] of this.starts) {
      const state = known.get(pid);
      if (state?.kind !== 'running' || state.start !== start) this.starts.delete(pid);
    }
    const found = (await membersOf(this.head, [...this.starts.keys()])).filter(
      (pid) => !this.starts.has(pid),
    );
    for (const [pid, state] of await this.probe.probe(found)) {
      if (state.kind === 'running') this.starts.set(pid, state.start);
    }
  }

  signal(signal: NodeJS.Signals): void {
    for (const pid of this.starts.keys()) sendTo(pid, signal);
  }

  async isGoneWithin(ms: number): Promise<boolean> {
    const deadline = performance.now() + ms;
    for (;;) {
      await this.look();
      if (this.starts.size === 0) return true;
      if (performance.now() > deadline) return false;
      await delay(pollMs);
    }
  }
}

/** The group of the head, in which those are as well whose parents are gone, and all that these started. */
async function membersOf(head: number, known: readonly number[]): Promise<readonly number[]> {
  const table = await processTable();
  const children = new Map<number, number[]>();
  for (const { pid, parentPid } of table) {
    children.set(parentPid, [...(children.get(parentPid) ?? []), pid]);
  }
  const group = table.filter(({ pid, group: each }) => pid === head || each === head);
  const found = new Set([...known, ...group.map(({ pid }) => pid)]);
  for (const pid of found) for (const child of children.get(pid) ?? []) found.add(child);
  return [...found];
}

function sendTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone already, which is what was wanted.
  }
}
