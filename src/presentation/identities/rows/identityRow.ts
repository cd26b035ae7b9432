import type { ListedIdentity } from '../../../core/identities/listedIdentity.ts';
import type { Translate } from '../../agentWording.ts';
import { toPlainLine } from '../../plainText.ts';
import type { TreeRow } from '../../treeRow.ts';
import {
  failureTitle,
  identityName,
  identityWord,
  identityWordText,
  type IdentityWord,
} from '../identityWords.ts';
import { toIdentityElement } from './identityElement.ts';
import { identityTooltip } from './identityTooltip.ts';
import { ownerText } from './ownerText.ts';
import { abilitiesOf, type PlacedIdentity } from './placedIdentity.ts';

export interface IdentityRowOptions {
  readonly t: Translate;
  readonly parent: string | undefined;
  /** What people call a coding agent that is named by an id. */
  readonly nameOf: (agent: string) => string;
}

interface Look {
  readonly icon: string;
  readonly color: string | undefined;
}

const looks: Readonly<Record<IdentityWord, Look>> = {
  working: { icon: 'play-circle', color: 'charts.green' },
  idle: { icon: 'circle-filled', color: 'charts.green' },
  asleep: { icon: 'circle-outline', color: undefined },
  'never-started': { icon: 'circle-outline', color: 'disabledForeground' },
  elsewhere: { icon: 'multiple-windows', color: 'charts.blue' },
  retiring: { icon: 'archive', color: 'disabledForeground' },
  suspended: { icon: 'debug-pause', color: 'charts.yellow' },
  broken: { icon: 'error', color: 'charts.red' },
  unusable: { icon: 'warning', color: 'notificationsWarningIcon.foreground' },
};

const maxLabelLength = 40;
const maxProblemLength = 100;

/** An agent: what it is called, where it stands, who owns it, how far its life has come. */
export function identityRow(placed: PlacedIdentity, options: IdentityRowOptions): TreeRow {
  const { t, parent } = options;
  const { listed, worktree } = placed;
  const { identity } = listed;
  const word = identityWord(listed);
  const name = identityName(listed);
  const parts = descriptionParts(placed, word, t);
  return {
    id: toIdentityElement({ worktree, identity }),
    parent,
    label: toPlainLine(name, maxLabelLength),
    description: parts.join(' · '),
    ...identityLook(listed),
    contextValue: contextValue(placed, word),
    tooltip: identityTooltip(placed, options),
    children: [],
    isExpanded: false,
    hasDetails: true,
    accessibleText: [name, ...parts].join(', '),
  };
}

/** The icon of an agent, for lists that are no trees. */
export function identityLook(listed: ListedIdentity): Look {
  const { lease } = listed;
  const look = looks[identityWord(listed)];
  const isSilent = lease !== undefined && !lease.isOurs && !lease.isHealthy;
  return isSilent ? { ...look, color: 'notificationsWarningIcon.foreground' } : look;
}

function descriptionParts(
  placed: PlacedIdentity,
  word: IdentityWord,
  t: Translate,
): readonly string[] {
  const { listed } = placed;
  const { identity, generation, checkpointVersion, waitingMessages } = listed;
  const parts = [
    identityWordText(word, t),
    troubleText(listed, word, t),
    ownerText(placed, t),
    waitingMessages === 0 ? undefined : waitingText(waitingMessages, t),
    identityName(listed) === identity ? undefined : identity,
    generation === undefined ? undefined : t('generation {0}', generation),
    checkpointVersion === undefined ? undefined : t('checkpoint {0}', checkpointVersion),
  ];
  return parts.filter((part) => part !== undefined);
}

/** What is wrong, in a few words. */
function troubleText(listed: ListedIdentity, word: IdentityWord, t: Translate): string | undefined {
  if (word === 'broken') return listed.failure && failureTitle(listed.failure.kind, t);
  const problem = listed.problems.find(({ severity }) => severity === 'error');
  if (problem) return toPlainLine(problem.problem, maxProblemLength);
  const { length } = listed.problems;
  if (length > 0) return length === 1 ? t('1 warning') : t('{0} warnings', length);
  return word === 'asleep' && listed.spec === undefined ? t('no file describes it') : undefined;
}

export function waitingText(count: number, t: Translate): string {
  return count === 1 ? t('1 message waits') : t('{0} messages wait', count);
}

/** `heddle.identity+idle+send+retire`: what `when` clauses match. */
function contextValue(placed: PlacedIdentity, word: IdentityWord): string {
  const can = Object.entries(abilitiesOf(placed)).filter(([, able]) => able === true);
  return ['heddle.identity', word, ...can.map(([name]) => name)].join('+');
}
