import { homedir } from 'node:os';
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../base/lifecycle.ts';
import { SessionError } from '../../core/sessions/sessionError.ts';
import { parseCustomAgents, type CustomAgent } from '../../harnesses/acp/customAgents.ts';
import { acpPresets } from '../../harnesses/acpPresets.ts';
import { findProgram } from '../../node/acp/findProgram.ts';
import type { AgentCommand } from '../../node/sessions/startRequest.ts';
import { toPlainLine } from '../../presentation/plainText.ts';
import { commandAction, notify } from '../commands/notify.ts';
import { logInCommand } from './logInCommand.ts';
import { ownSetting } from './sessionSettings.ts';

/** An agent that may be started, and what to do when it cannot be. */
export interface StartableAgent {
  readonly id: string;
  readonly name: string;
  /** Undefined when its program is not found. */
  readonly command: AgentCommand | undefined;
  /** A whole sentence. */
  readonly remedy: string;
}

/** What a person runs in a terminal to log in to an agent. */
export interface AgentLogIn {
  readonly name: string;
  readonly command: string;
  /** Where its program was found, which need not be a place in which terminals look. */
  readonly folder: string | undefined;
}

const agentsSetting = 'sessions.agents';

/**
 * The coding agents of this machine. Command lines come from the person's own settings and from what we
 * know of agents, never from a workspace.
 */
export class SessionAgents implements Disposable {
  private readonly own = new DisposableStore();
  private names: ReadonlyMap<string, string> | undefined;
  /** What is wrong in the setting is told once. */
  private toldProblems = '';

  constructor() {
    this.own.add(
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration(`heddle.${agentsSetting}`)) this.names = undefined;
      }),
    );
  }

  /** Those of the person first; one of theirs takes the place of ours with the same id. Looks at the disk. */
  list(): readonly StartableAgent[] {
    const own = this.customAgents().map(toOwnAgent);
    const ids = new Set(own.map(({ id }) => id));
    return [...own, ...presetAgents().filter(({ id }) => !ids.has(id))];
  }

  /** What people call an agent; its id where nobody knows. */
  readonly nameOf = (id: string): string => {
    this.names ??= new Map([
      ...acpPresets().map(({ id: preset, harness }) => [preset, harness.displayName] as const),
      ...this.customAgents().map((agent) => [agent.id, agent.name] as const),
    ]);
    return this.names.get(id) ?? id;
  };

  /** How a person logs in to an agent; undefined where that is not known. Nothing of it is from outside. */
  readonly logInOf = (id: string): AgentLogIn | undefined => {
    const isOwn = this.customAgents().some((agent) => agent.id === id);
    const preset = isOwn ? undefined : acpPresets().find((each) => each.id === id);
    const command = preset && logInCommand(preset.logIn);
    if (preset === undefined || command === undefined) return undefined;
    const found = findProgram(preset.programs, places());
    return { name: this.nameOf(id), command, folder: found && dirname(found.command) };
  };

  /** The agent of this id. @throws SessionError `engine` that says what to do */
  expect(id: string): AgentCommand {
    const { t } = vscode.l10n;
    const agent = this.list().find((each) => each.id === id);
    if (agent?.command) return agent.command;
    const name = toPlainLine(agent?.name ?? id, 60);
    const reason = agent
      ? t('{0} was not found on this machine. {1}', name, agent.remedy)
      : t('There is no agent "{0}" on this machine.', name);
    throw new SessionError({ code: 'engine', reason });
  }

  dispose(): void {
    this.own.dispose();
  }

  private customAgents(): readonly CustomAgent[] {
    const { agents, problems } = parseCustomAgents(ownSetting(agentsSetting) ?? undefined);
    const text = problems.join(' ');
    if (text !== this.toldProblems && text !== '') {
      const { t } = vscode.l10n;
      notify('warning', t('The setting {0} is wrong: {1}', `heddle.${agentsSetting}`, text), [
        commandAction(
          t('Open Settings'),
          'workbench.action.openSettings',
          `heddle.${agentsSetting}`,
        ),
      ]);
    }
    this.toldProblems = text;
    return agents;
  }
}

function toOwnAgent({ id, name, command, args, env }: CustomAgent): StartableAgent {
  const { t } = vscode.l10n;
  const found = findProgram([{ name: command, args }], places());
  const shown = toPlainLine(command, 200);
  return {
    id,
    name,
    command: found && { ...found, id, name, env },
    remedy: t(
      'The setting {0} says "{1}", which is no program. Give its absolute path, or the name of one on the PATH.',
      `heddle.${agentsSetting}`,
      shown,
    ),
  };
}

function presetAgents(): readonly StartableAgent[] {
  const { t } = vscode.l10n;
  return acpPresets().map(({ id, harness, programs, install, ...more }): StartableAgent => {
    const name = harness.displayName;
    const found = findProgram(programs, places());
    return {
      id,
      name,
      command: found && {
        ...{ id, name, harness: harness.registryName, ...more },
        ...found,
      },
      remedy: t('Install it: {0}.', install),
    };
  });
}

function places(): Parameters<typeof findProgram>[1] {
  return { home: homedir(), env: process.env, platform: process.platform };
}
