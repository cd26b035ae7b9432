import * as vscode from 'vscode';
import type { IdentityOwner } from '../../../node/identities/identityOwner.ts';
import {
  deleteLossSentence,
  identityName,
  identityWord,
  resetLossSentence,
} from '../../../presentation/identities/identityWords.ts';
import type {
  IdentityAbilities,
  PlacedIdentity,
} from '../../../presentation/identities/rows/placedIdentity.ts';
import type { CommandHandler } from '../../commands/commandServices.ts';
import { confirm } from '../../commands/notify.ts';
import { identitiesViewId } from '../identityIds.ts';
import type { IdentityServices } from '../identityServices.ts';
import { ownerKnowing } from './owning.ts';
import { refOfIdentity, selectIdentity } from './selectIdentities.ts';
import { tellBriefly } from './tellBriefly.ts';

type Services = Pick<IdentityServices, 'lists' | 'owners' | 'agents'>;

/** Something that is done with one agent under its lease. */
interface LifeStep {
  readonly ability: keyof IdentityAbilities;
  readonly title: string;
  readonly noneText: string;
  /** What is lost, sentences; undefined when nobody has to be asked. */
  readonly loss: (placed: PlacedIdentity) => string | undefined;
  /** Asked where something is lost. */
  readonly question: (name: string) => string;
  readonly button: string;
  /** Resolves with what is said when it is done, and what other code is told. */
  readonly work: (owner: IdentityOwner, placed: PlacedIdentity) => Promise<LifeResult>;
}

interface LifeResult {
  readonly said: string;
  readonly told: Readonly<Record<string, unknown>>;
}

/** Keeps where its conversation stands. Resolves to `{identity, version}`. */
export function createCheckpointCommand(services: Services): CommandHandler {
  const { t } = vscode.l10n;
  return lifeCommand(services, () => ({
    ability: 'checkpoint',
    title: t('Keep a checkpoint of which agent?'),
    noneText: t('This window owns no agent.'),
    loss: () => undefined,
    ...{ question: (name) => name, button: '' },
    work: async (owner, { listed }) => {
      const version = await owner.checkpoint(listed.identity);
      const name = identityName(listed);
      return {
        said:
          version === undefined
            ? t('{0} has nothing to keep yet.', name)
            : t('Checkpoint {0} of {1} is kept.', version, name),
        told: { identity: listed.identity, version },
      };
    },
  }));
}

/** Goes on with the same conversation under a new lease. Resolves to `{identity, generation}`. */
export function createRespawnCommand(services: Services): CommandHandler {
  const { t } = vscode.l10n;
  return lifeCommand(services, () => ({
    ability: 'respawn',
    title: t('Respawn which agent?'),
    noneText: t('There is no agent that can be respawned here.'),
    loss: ({ listed }) =>
      identityWord(listed) === 'working'
        ? t(
            'Respawning {0} ends what it is doing now. It goes on with the same conversation when it has a message.',
            identityName(listed),
          )
        : undefined,
    question: (name) => t('Respawn {0}?', name),
    button: t('Respawn'),
    work: async (owner, { listed }) => {
      const { generation } = await owner.respawn(listed.identity);
      const said = t('{0} is respawned and ready.', identityName(listed));
      return { said, told: { identity: listed.identity, generation } };
    },
  }));
}

/** Begins a new conversation. Resolves to `{identity, generation}`. */
export function createResetCommand(services: Services): CommandHandler {
  const { t } = vscode.l10n;
  return lifeCommand(services, () => ({
    ability: 'reset',
    title: t('Reset which agent?'),
    noneText: t('There is no agent that can be reset here.'),
    loss: ({ listed }) => resetLossSentence(listed, t),
    question: (name) => t('Reset {0}?', name),
    button: t('Reset'),
    work: async (owner, { listed }) => {
      const { generation } = await owner.reset(listed.identity);
      const said = t('{0} begins anew, in generation {1}.', identityName(listed), generation);
      return { said, told: { identity: listed.identity, generation } };
    },
  }));
}

/** Ends it and lets others own it. Resolves to `{identity}`. */
export function createRetireCommand(services: Services): CommandHandler {
  const { t } = vscode.l10n;
  return lifeCommand(services, () => ({
    ability: 'retire',
    title: t('Retire which agent?'),
    noneText: t('This window owns no agent.'),
    loss: ({ listed }) =>
      identityWord(listed) === 'working'
        ? t(
            'Retiring {0} ends what it is doing now. Its conversation is kept, and whoever starts it next goes on with it.',
            identityName(listed),
          )
        : t(
            'Retiring {0} gives it up here: messages wait until somebody starts it again. Its conversation is kept.',
            identityName(listed),
          ),
    question: (name) => t('Retire {0}?', name),
    button: t('Retire'),
    work: async (owner, { listed }) => {
      await owner.retire(listed.identity);
      const said = t('{0} is retired.', identityName(listed));
      return { said, told: { identity: listed.identity } };
    },
  }));
}

/** Removes what lasts of it, not its file. Resolves to `{identity}`. */
export function createDeleteIdentityCommand(services: Services): CommandHandler {
  const { t } = vscode.l10n;
  return lifeCommand(services, () => ({
    ability: 'delete',
    title: t('Delete what lasts of which agent?'),
    noneText: t('Nothing lasts of any agent that could be deleted here.'),
    loss: ({ listed }) => deleteLossSentence(listed, t),
    question: (name) => t('Delete what lasts of {0}?', name),
    button: t('Delete'),
    work: async (owner, { listed }) => {
      await owner.delete(listed.identity);
      const said = t('What lasted of {0} is deleted.', identityName(listed));
      return { said, told: { identity: listed.identity } };
    },
  }));
}

function lifeCommand(services: Services, stepOf: () => LifeStep): CommandHandler {
  return async (clicked) => {
    const step = stepOf();
    const placed = await selectIdentity(services, clicked, step);
    if (placed === undefined) return undefined;
    const loss = step.loss(placed);
    if (loss !== undefined) {
      const question = step.question(identityName(placed.listed));
      if (!(await confirm(question, { detail: [loss], button: step.button }))) return undefined;
    }
    const ref = refOfIdentity(placed);
    const { said, told } = await vscode.window.withProgress(
      { location: { viewId: identitiesViewId } },
      async () => step.work(await ownerKnowing(services, ref), placed),
    );
    await services.lists.get(ref.worktree)?.refresh();
    tellBriefly(said);
    return told;
  };
}
