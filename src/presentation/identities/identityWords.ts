import type { ContinuityFailureKind } from '../../core/identities/continuityRecord.ts';
import type { AgentAddressability } from '../../core/identities/durableAgentSpec.ts';
import { identityProblemText, type IdentityProblem } from '../../core/identities/identityError.ts';
import type { IdentityState } from '../../core/identities/identityState.ts';
import type { LeaseHolder } from '../../core/identities/leaseProvider.ts';
import type {
  ListedIdentity,
  ListedLease,
  ListedProblem,
} from '../../core/identities/listedIdentity.ts';
import { inEnglish, type Translate } from '../agentWording.ts';
import { shortDuration } from '../duration.ts';
import { toPlainLine } from '../plainText.ts';

const maxNameLength = 80;
const maxLabelLength = 120;
const maxPathLength = 300;
const maxDetailLength = 600;

/** Where an agent stands, in one word for each look that it has. */
export type IdentityWord =
  | 'never-started'
  | 'asleep'
  | 'idle'
  | 'working'
  | 'elsewhere'
  | 'retiring'
  | 'suspended'
  | 'broken'
  /** Its description cannot be used, and nothing lasts of it. */
  | 'unusable';

/** The word of an agent, as the one who looks sees it: what somebody else owns is elsewhere. */
export function identityWord(listed: ListedIdentity): IdentityWord {
  const { state, lease, session, spec } = listed;
  if (state === 'broken') return 'broken';
  if (lease !== undefined && !lease.isOurs) return 'elsewhere';
  if (spec === undefined && listed.record === undefined) return 'unusable';
  switch (state) {
    case 'uninitialized':
      return 'never-started';
    case 'dormant':
      return session?.isRunning === true ? 'working' : 'asleep';
    case 'active':
      return session?.isRunning === true ? 'working' : 'idle';
    case 'retiring':
    case 'suspended':
      return state;
  }
}

/** The word as people read it. */
export function identityWordText(word: IdentityWord, t: Translate = inEnglish): string {
  switch (word) {
    case 'never-started':
      return t('never started');
    case 'asleep':
      return t('asleep');
    case 'idle':
      return t('ready');
    case 'working':
      return t('at work');
    case 'elsewhere':
      return t('owned elsewhere');
    case 'retiring':
      return t('retired');
    case 'suspended':
      return t('suspended');
    case 'broken':
      return t('broken');
    case 'unusable':
      return t('unusable');
  }
}

/** A state by itself, without what is known around it. */
export function identityStateText(state: IdentityState, t: Translate = inEnglish): string {
  switch (state) {
    case 'uninitialized':
      return t('never started');
    case 'dormant':
      return t('asleep');
    case 'active':
      return t('active');
    case 'retiring':
      return t('retired');
    case 'suspended':
      return t('suspended');
    case 'broken':
      return t('broken');
  }
}

/** What people call an agent. */
export function identityName({
  identity,
  spec,
}: Pick<ListedIdentity, 'identity' | 'spec'>): string {
  return toPlainLine(spec?.displayName ?? identity, maxNameLength);
}

/** Whoever owns an agent, as people are told: its label, else its instance, and its process. */
export function leaseHolderText(holder: LeaseHolder, t: Translate = inEnglish): string {
  const name = toPlainLine(holder.label ?? holder.instance, maxLabelLength);
  return holder.pid === undefined ? name : t('{0} (process {1})', name, holder.pid);
}

/** Who owns an agent, and how safely: `this window, 21 s left`. Undefined when nobody does. */
export function leaseText(
  lease: ListedLease | undefined,
  t: Translate = inEnglish,
): string | undefined {
  if (lease === undefined) return undefined;
  const holder = lease.isOurs ? t('here') : leaseHolderText(lease.holder, t);
  const left = shortDuration(lease.remainingMs);
  return lease.isHealthy
    ? t('{0}, {1} left', holder, left)
    : t('{0}, only {1} left and not renewed', holder, left);
}

/** That somebody else owns an agent, and what can be done about it. */
export function heldElsewhereSentence(
  identity: string,
  holder: LeaseHolder,
  t: Translate = inEnglish,
): string {
  return t(
    '{0} is owned by {1}. Do it there, or end that and try again; messages can be sent from here.',
    toPlainLine(identity, maxNameLength),
    leaseHolderText(holder, t),
  );
}

/** That a name is nobody's here. */
export function unknownIdentitySentence(identity: string, t: Translate = inEnglish): string {
  return t('There is no agent named {0} here.', toPlainLine(identity, maxNameLength));
}

/** That an agent cannot be used because its description cannot, and where that is. */
export function unusableSpecSentence(listed: ListedIdentity, t: Translate = inEnglish): string {
  const { identity, specPath, problems } = listed;
  const problem = problems.find(({ severity }) => severity === 'error');
  if (problem !== undefined) {
    return t('{0} cannot be used. {1}', toPlainLine(identity), listedProblemText(problem, t));
  }
  return specPath === undefined
    ? t('{0} is not described here any more: its file is missing.', toPlainLine(identity))
    : t('{0} cannot be used: see {1}.', toPlainLine(identity), toPlainLine(specPath));
}

/** `/repo/.heddle/identities/reviewer.toml:3: agent: …`, a line for people. */
export function listedProblemText(problem: ListedProblem, t: Translate = inEnglish): string {
  const { path, line, problem: text } = problem;
  const place = toPlainLine(path, maxPathLength);
  const where = line === undefined ? place : `${place}:${line}`;
  return t('{0}: {1}', where, toPlainLine(text, maxDetailLength));
}

export function addressabilityText(
  addressability: AgentAddressability,
  t: Translate = inEnglish,
): string {
  return addressability === 'addressable'
    ? t('people and peers may write to it')
    : t('internal only');
}

/** What is wrong with an agent that is broken, without a stop. */
export function failureTitle(kind: ContinuityFailureKind, t: Translate = inEnglish): string {
  switch (kind) {
    case 'snapshot_missing':
      return t('Its last checkpoint is missing');
    case 'snapshot_corrupted':
      return t('Its last checkpoint cannot be read');
    case 'generation_mismatch':
      return t('Its checkpoint is of another generation');
    case 'store_unavailable':
      return t('What lasts of it cannot be read');
    case 'resume_rejected':
      return t('Its conversation could not be gone on with');
    case 'embodiment_failed':
      return t('It could not be started');
  }
}

/** Why it is broken and what to do, sentences. */
export function failureSentence(
  failure: { readonly kind: ContinuityFailureKind; readonly detail: string },
  t: Translate = inEnglish,
): string {
  const detail = withStop(toPlainLine(withoutHead(failure.detail), maxDetailLength));
  return `${t('{0}: {1}', failureTitle(failure.kind, t), detail)} ${failureRemedy(failure.kind, t)}`;
}

/** What the runtime says before the reason, which the title says better. */
function withoutHead(detail: string): string {
  return detail.replace(/^\S+ could not be [a-z]+: /, '');
}

function failureRemedy(kind: ContinuityFailureKind, t: Translate): string {
  switch (kind) {
    case 'snapshot_missing':
    case 'snapshot_corrupted':
    case 'generation_mismatch':
    case 'resume_rejected':
      return t('Respawn it to try again, or reset it to begin anew without its conversation.');
    case 'store_unavailable':
      return t('Repair the file and start it again, or delete the agent.');
    case 'embodiment_failed':
      return t('Put right what is said there and respawn it.');
  }
}

/** Why an operation could not be carried out, a sentence or two with what to do. */
export function identityProblemSentence(
  problem: IdentityProblem,
  t: Translate = inEnglish,
): string {
  switch (problem.code) {
    case 'unknown-identity':
      return unknownIdentitySentence(problem.identity, t);
    case 'not-addressable':
      return t(
        '{0} takes no messages from people and peers: its description says internal_only.',
        toPlainLine(problem.identity),
      );
    case 'no-active-lease':
      return problem.holder === undefined
        ? t('{0} is not owned here. Start it first.', toPlainLine(problem.identity))
        : heldElsewhereSentence(problem.identity, problem.holder, t);
    case 'lease-lost':
      return t(
        '{0} is not owned here any more: its lease was lost. Start it again.',
        toPlainLine(problem.identity),
      );
    case 'stale-fencing-token':
      return t(
        '{0} has a new owner, so nothing of a former one is written any more.',
        toPlainLine(problem.identity),
      );
    default:
      return toPlainLine(identityProblemText(problem), maxDetailLength);
  }
}

/** What is lost when an agent is begun anew. */
export function resetLossSentence(listed: ListedIdentity, t: Translate = inEnglish): string {
  const name = toPlainLine(listed.identity);
  const loss = t(
    'Resetting {0} ends what it is doing and begins a new conversation: what it has in mind is lost. Its history stays.',
    name,
  );
  return [loss, ...lossDetails(listed, t)].join(' ');
}

/** What is lost when an agent is deleted. */
export function deleteLossSentence(listed: ListedIdentity, t: Translate = inEnglish): string {
  const name = toPlainLine(listed.identity);
  const loss = t(
    'Deleting {0} ends what it is doing and removes its conversation and its checkpoints. This cannot be undone. The file that describes it stays.',
    name,
  );
  return [loss, ...lossDetails(listed, t)].join(' ');
}

function lossDetails(listed: ListedIdentity, t: Translate): readonly string[] {
  const { generation, checkpointVersion = 0, waitingMessages, session } = listed;
  return [
    ...(generation === undefined
      ? [t('It was never started.')]
      : [t('It is at generation {0} with checkpoint {1}.', generation, checkpointVersion)]),
    ...(session?.isRunning === true ? [t('Its session {0} is running.', session.sessionId)] : []),
    ...(waitingMessages > 0 ? [t('{0} messages wait for it.', waitingMessages)] : []),
  ];
}

/** A sentence ends with a stop. */
function withStop(text: string): string {
  return /[.!?…)]$/.test(text) ? text : `${text}.`;
}
