import type { AgentEntry } from '../core/agents/agentEntry.ts';
import type { AgentSnapshot } from '../core/agents/registrySnapshot.ts';
import { harnessName, heldThread, isPerson, type Translate } from './agentWording.ts';
import { groupBy } from './groupBy.ts';
import { toPlainLine } from './plainText.ts';

/** Agents that have something in common. */
export interface AgentGroup {
  /** Tells it from the other groups; empty for those that have no such thing. */
  readonly key: string;
  readonly label: string;
  readonly icon: string;
  readonly agents: readonly AgentSnapshot[];
}

/** Groups agents by the thread that they hold or by their harness. Groups are sorted by name. */
export function agentGroups(
  agents: readonly AgentSnapshot[],
  { by, t }: { readonly by: 'thread' | 'harness'; readonly t: Translate },
): readonly AgentGroup[] {
  const { keyOf, labelOf, icon } = by === 'thread' ? threads(t) : harnesses(t);
  const members = groupBy(agents, ({ entry }) => keyOf(entry));
  return [...members]
    .sort(([a], [b]) => compareGroups(a, b))
    .map(([key, group]) => ({ key, label: labelOf(key), icon, agents: group }));
}

interface GroupKind {
  readonly keyOf: (entry: AgentEntry) => string;
  readonly labelOf: (key: string) => string;
  readonly icon: string;
}

function threads(t: Translate): GroupKind {
  return {
    keyOf: (entry) => heldThread(entry) ?? '',
    labelOf: (key) => (key === '' ? t('No thread') : toPlainLine(key)),
    icon: 'git-branch',
  };
}

function harnesses(t: Translate): GroupKind {
  return {
    keyOf: (entry) => (isPerson(entry) ? t('People') : (harnessName(entry) ?? '')),
    labelOf: (key) => (key === '' ? t('Unknown harness') : key),
    icon: 'server-process',
  };
}

/** By name; what has no name comes last. */
function compareGroups(a: string, b: string): number {
  if (a === '' || b === '') return a === b ? 0 : a === '' ? 1 : -1;
  return a.localeCompare(b);
}
