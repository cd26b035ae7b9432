import * as vscode from 'vscode';
import { maxPromptLength } from '../../../core/sessions/sessionSpec.ts';
import { toPickText } from '../../../presentation/plainText.ts';
import { askChoice, askText, runSteps, type InputStep } from '../../commands/multiStepInput.ts';
import { commandAction, notify } from '../../commands/notify.ts';
import type { StartableAgent } from '../sessionAgents.ts';
import type { SessionServices } from '../sessionServices.ts';

/** What a person says to start a session. */
export interface AskedStart {
  readonly agent: string;
  readonly prompt: string;
}

const lastAgentKey = 'heddle.sessions.lastAgent';

/** Asks which agent and what it shall do; undefined when the person gave up, or when there is no agent. */
export async function askStart(
  { agents, memory }: Pick<SessionServices, 'agents' | 'memory'>,
  { title, about }: { readonly title: string; readonly about: string },
): Promise<AskedStart | undefined> {
  const known = agents.list();
  if (known.every(({ command }) => command === undefined)) {
    sayNone();
    return undefined;
  }
  const last = memory.get<unknown>(lastAgentKey);
  const first = known.find(({ id, command }) => id === last && command) ?? known.find(isFound);
  const steps = [askAgent(known, title), askPrompt(title, about)];
  const asked = await runSteps<AskedStart>(steps, { agent: first?.id ?? '', prompt: '' });
  if (asked) await memory.update(lastAgentKey, asked.agent);
  return asked;
}

interface AgentItem extends vscode.QuickPickItem {
  readonly agent: StartableAgent;
}

function askAgent(known: readonly StartableAgent[], title: string): InputStep<AskedStart> {
  const { t } = vscode.l10n;
  // Those that can be started come first.
  const sorted = [...known.filter(isFound), ...known.filter((agent) => !isFound(agent))];
  const items = sorted.map((agent): AgentItem => {
    const label = toPickText(agent.name, 60);
    return isFound(agent)
      ? { label, agent, iconPath: new vscode.ThemeIcon('hubot') }
      : {
          ...{ label, agent, iconPath: new vscode.ThemeIcon('circle-slash') },
          description: t('not found'),
          detail: toPickText(agent.remedy, 300),
        };
  });
  return async (given, place) => {
    const active = items.find(({ agent }) => agent.id === given.agent);
    const placeholder = t('Which agent?');
    const isAnswer = ({ agent }: AgentItem): boolean => isFound(agent);
    const chosen = await askChoice({ title, items, active, placeholder, isAnswer }, place);
    if (chosen === undefined || chosen === 'back') return chosen;
    return { ...given, agent: chosen.agent.id };
  };
}

function askPrompt(title: string, about: string): InputStep<AskedStart> {
  const { t } = vscode.l10n;
  return async (given, place) => {
    const answer = await askText(
      {
        ...{ title, value: given.prompt, prompt: about },
        placeholder: t('What shall the agent do?'),
        problemOf: promptProblem,
      },
      place,
    );
    if (answer === undefined || answer === 'back') return answer;
    return { ...given, prompt: answer.text };
  };
}

/** Why a prompt will not do; undefined when it will. */
export function promptProblem(text: string): string | undefined {
  const { t } = vscode.l10n;
  if (text.trim() === '') return t('Say what the agent shall do.');
  return text.length > maxPromptLength ? t('This is too long for a prompt.') : undefined;
}

function isFound({ command }: StartableAgent): boolean {
  return command !== undefined;
}

function sayNone(): void {
  const { t } = vscode.l10n;
  notify(
    'information',
    t(
      'No coding agent was found on this machine. Install one, or say in the settings how yours is started.',
    ),
    [commandAction(t('Open Settings'), 'workbench.action.openSettings', 'heddle.sessions.agents')],
  );
}
