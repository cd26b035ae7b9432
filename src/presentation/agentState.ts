import type { AgentEntry } from '../core/agents/agentEntry.ts';
import type { LivenessVerdict } from '../core/agents/liveness.ts';
import type { AgentNow } from '../core/harness/agentNow.ts';
import { isPerson, stateWord, type StateWord, type Translate } from './agentWording.ts';

/** What an agent does whose hooks tell it. */
export type DoingWord = 'working' | 'waiting' | 'idle' | 'quiet';

/** The state of an agent as the window shows it. */
export type ShownState = StateWord | DoingWord;

/**
 * What the hooks of an agent tell, as long as it is at work: whoever is dead or has finished does nothing,
 * whatever was told last. Of agents without hooks only the process is known.
 */
export function shownState(
  { entry, verdict }: { readonly entry: AgentEntry; readonly verdict: LivenessVerdict },
  now: AgentNow | undefined,
): ShownState {
  const word = stateWord(entry, verdict);
  const isAtWork = word === 'alive' || word === 'unknown';
  return !isAtWork || now === undefined || now.phase === 'ended' ? word : now.phase;
}

/** True when the hooks of the agent tell what it does. */
export function isDoing(state: ShownState): state is DoingWord {
  return state === 'working' || state === 'waiting' || state === 'idle' || state === 'quiet';
}

/** The state words as they are shown. */
export function translatedState(state: ShownState, t: Translate): string {
  switch (state) {
    case 'alive':
      return t('alive');
    case 'dead':
      return t('dead');
    case 'unknown':
      return t('unknown');
    case 'complete':
      return t('complete');
    case 'merged':
      return t('merged');
    case 'abandoned':
      return t('abandoned');
    case 'working':
      return t('working');
    case 'waiting':
      return t('waiting for you');
    case 'idle':
      return t('idle');
    case 'quiet':
      return t('quiet');
  }
}

/** The codicon of a state. Each has a shape of its own, so that nobody has to tell colours apart. */
export function stateIcon(entry: AgentEntry, state: ShownState): string {
  switch (state) {
    case 'working':
      return 'play-circle';
    case 'waiting':
      return 'bell-dot';
    case 'idle':
      return 'circle-outline';
    case 'quiet':
      return 'mute';
    case 'alive':
      return isPerson(entry) ? 'account' : 'hubot';
    case 'dead':
      return 'error';
    case 'unknown':
      return isPerson(entry) ? 'account' : 'question';
    case 'complete':
      return 'pass';
    case 'merged':
      return 'git-merge';
    case 'abandoned':
      return 'circle-slash';
  }
}

/**
 * Colours that every theme defines, high contrast included. Not the orange of charts, which many themes
 * take from a see-through highlight.
 */
export function stateColor(state: ShownState): string {
  switch (state) {
    case 'working':
    case 'alive':
      return 'charts.green';
    case 'waiting':
      return 'notificationsWarningIcon.foreground';
    case 'idle':
      return 'charts.blue';
    case 'dead':
      return 'charts.red';
    case 'quiet':
      return 'descriptionForeground';
    case 'unknown':
      return 'charts.yellow';
    case 'complete':
    case 'merged':
    case 'abandoned':
      return 'disabledForeground';
  }
}
