import * as vscode from 'vscode';
import { utf8Length } from '../../../core/activity/utf8.ts';
import { maxMessageBytes } from '../../../node/identities/inboxMessage.ts';
import {
  identityName,
  identityWord,
  leaseHolderText,
} from '../../../presentation/identities/identityWords.ts';
import {
  abilitiesOf,
  type PlacedIdentity,
} from '../../../presentation/identities/rows/placedIdentity.ts';
import { toMessageText } from '../../../presentation/plainText.ts';
import type { CommandHandler } from '../../commands/commandServices.ts';
import { askText } from '../../commands/multiStepInput.ts';
import { notify } from '../../commands/notify.ts';
import type { IdentityServices } from '../identityServices.ts';
import { ownerKnowing } from './owning.ts';
import type { IdentityCommandFailure } from './sayingIdentityProblems.ts';
import { refOfIdentity, selectIdentity } from './selectIdentities.ts';
import { isReady, tellStarted, toldOutcomes } from './startResults.ts';
import { tellBriefly } from './tellBriefly.ts';

type Services = Pick<IdentityServices, 'lists' | 'owners' | 'agents' | 'person'>;

const maxPromptLength = 300;

/**
 * Says something to an agent; one that nobody owns is started first. `{text}` says it without asking.
 * Resolves to `{identity, result}`, which is `delivered` or `queued`.
 */
export function createSendCommand(services: Services): CommandHandler {
  return async (clicked, given) => {
    const { t } = vscode.l10n;
    const placed = await selectIdentity(services, clicked, {
      title: t('Send a message to which agent?'),
      noneText: t('There is no agent that takes messages.'),
      ability: 'send',
    });
    if (placed === undefined) return undefined;
    const text = textIn(given);
    const problem = text === undefined ? undefined : messageProblem(text);
    if (problem !== undefined) {
      notify('warning', problem);
      return {
        error: { code: 'invalid-message', message: problem },
      } satisfies IdentityCommandFailure;
    }
    const said = text ?? (await askMessage(placed));
    return said === undefined ? undefined : send(services, placed, said);
  };
}

async function send(services: Services, placed: PlacedIdentity, text: string): Promise<unknown> {
  const { t } = vscode.l10n;
  const ref = refOfIdentity(placed);
  const { identity, worktree } = ref;
  const owner = await ownerKnowing(services, ref);
  if (abilitiesOf(placed).start) {
    const [outcome] = await owner.start([identity]);
    const started = outcome && { worktree, outcome };
    // Of somebody else's agent the inbox takes messages.
    if (started && !isReady(started) && outcome.kind !== 'held_elsewhere') {
      tellStarted(services, [started]);
      return { outcomes: toldOutcomes(services, [started]) };
    }
  }
  const from = services.person.nameIn(placed.root);
  const { kind } = await owner.send(identity, { text, origin: 'person' }, { from });
  await services.lists.get(worktree)?.refresh();
  const name = identityName(placed.listed);
  const told =
    kind === 'delivered'
      ? t('{0} has the message.', name)
      : t('The message for {0} waits until it has time, or until its owner brings it.', name);
  tellBriefly(told);
  return { identity, result: kind };
}

async function askMessage(placed: PlacedIdentity): Promise<string | undefined> {
  const { t } = vscode.l10n;
  const answer = await askText(
    {
      title: t('Message to {0}', identityName(placed.listed)),
      // What is in a prompt can be a link; who owns the agent is text from outside.
      prompt: toMessageText(aboutSending(placed), maxPromptLength),
      placeholder: t('What shall it do?'),
      value: '',
      problemOf: messageProblem,
    },
    { step: 1, totalSteps: 1 },
  );
  return typeof answer === 'object' ? answer.text : undefined;
}

/** What happens when it is sent, a sentence. */
function aboutSending({ listed }: PlacedIdentity): string {
  const { t } = vscode.l10n;
  switch (identityWord(listed)) {
    case 'idle':
      return t('It is ready and begins at once.');
    case 'working':
      return t('It is at work; the message waits until it has finished.');
    case 'elsewhere': {
      const { lease } = listed;
      const holder = lease === undefined ? '' : leaseHolderText(lease.holder, t);
      return t('It is owned by {0}, which brings it the message.', holder);
    }
    default:
      return t('It is not started; it is started first, in this window.');
  }
}

/** Why a text cannot be sent; undefined when it can. */
export function messageProblem(text: string): string | undefined {
  const { t } = vscode.l10n;
  if (text.trim() === '') return t('Say something.');
  return utf8Length(text) > maxMessageBytes
    ? t('This is too long for a message: write it into a file, and name the file.')
    : undefined;
}

function textIn(given: unknown): string | undefined {
  if (typeof given !== 'object' || given === null || !Object.hasOwn(given, 'text'))
    return undefined;
  const { text } = given as { readonly text: unknown };
  return typeof text === 'string' ? text : undefined;
}
