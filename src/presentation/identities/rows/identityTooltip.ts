import type { Translate } from '../../agentWording.ts';
import { toPlainLine } from '../../plainText.ts';
import type { TooltipPart } from '../../treeRow.ts';
import {
  addressabilityText,
  failureSentence,
  identityName,
  identityWord,
  identityWordText,
  listedProblemText,
} from '../identityWords.ts';
import { ownerText } from './ownerText.ts';
import type { PlacedIdentity } from './placedIdentity.ts';

const maxOutputLength = 300;
const maxPathLength = 300;
const maxProblems = 5;

/** Everything about an agent that its row has no room for. */
export function identityTooltip(
  { listed, goneOwner, heldIn }: PlacedIdentity,
  { t, nameOf }: { readonly t: Translate; readonly nameOf: (agent: string) => string },
): readonly TooltipPart[] {
  const { identity, spec, failure, problems, lastOutput, specPath, session, peers } = listed;
  const owner = ownerText({ listed, goneOwner, heldIn }, t);
  const fields: readonly (readonly [string, string | undefined])[] = [
    [t('Name'), identity],
    [t('Agent'), spec && toPlainLine(nameOf(spec.profile), 60)],
    [t('State'), identityWordText(identityWord(listed), t)],
    [t('Owner'), owner ?? t('nobody')],
    [t('Generation'), numberText(listed.generation)],
    [t('Checkpoint'), numberText(listed.checkpointVersion)],
    [
      t('Waiting messages'),
      listed.waitingMessages === 0 ? undefined : numberText(listed.waitingMessages),
    ],
    [
      t('Session'),
      session && (session.isRunning ? t('{0} (running)', session.sessionId) : session.sessionId),
    ],
    [t('Peers'), peers.length === 0 ? undefined : toPlainLine(peers.join(', '), maxPathLength)],
    [t('Messages'), spec && addressabilityText(spec.addressability, t)],
    [t('File'), specPath === undefined ? undefined : toPlainLine(specPath, maxPathLength)],
  ];
  return [
    { kind: 'title', text: identityName(listed) },
    ...(failure ? [text(failureSentence(failure, t))] : []),
    ...problems.slice(0, maxProblems).map((problem) => text(listedProblemText(problem, t))),
    ...(lastOutput === undefined ? [] : [text(toPlainLine(lastOutput, maxOutputLength))]),
    ...fields.flatMap(([label, value]): readonly TooltipPart[] =>
      value === undefined ? [] : [{ kind: 'field', label, value }],
    ),
  ];
}

function text(value: string): TooltipPart {
  return { kind: 'text', text: value };
}

function numberText(value: number | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}
