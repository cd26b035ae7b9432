import { setTimeout as delay } from 'node:timers/promises';

import { descendantsOf, isRunning, signalAll } from '../support/vscode/processEnd.ts';

/** Kills everything that this process started and that still runs, without waiting. */
export function killDescendants(): void {
  signalAll(descendantsOf(process.pid), 'SIGKILL');
}

/** Kills a process with all its descendants, without waiting. */
export function killTree(pid: number): void {
  signalAll([...descendantsOf(pid), pid], 'SIGKILL');
}

/** Kills a process with all its descendants and resolves when they are gone. */
export async function endTree(pid: number): Promise<void> {
  const tree = [...descendantsOf(pid), pid];
  signalAll(tree, 'SIGKILL');
  while (tree.some(isRunning)) await delay(20);
}
