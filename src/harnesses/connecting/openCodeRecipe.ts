import type { ConnectionRecipe } from '../../core/harness/connectionRecipe.ts';
import { openCodePlugin, openCodePluginMark } from './openCodePlugin.ts';

const path = ['plugins', 'heddle-agents.js'];
const inProject = { base: 'checkout', path: ['.opencode', ...path] } as const;
const foreign =
  'is not a file of Heddle Agents, although it has its name. Move it away, then try again';

/** OpenCode loads every script of its plugin folders by itself. The whole file is ours. */
export const openCodeRecipe: ConnectionRecipe = {
  harness: 'opencode',
  displayName: 'OpenCode',
  places: {
    local: inProject,
    shared: inProject,
    user: {
      base: 'user',
      variable: 'XDG_CONFIG_HOME',
      folder: ['.config'],
      path: ['opencode', ...path],
    },
  },
  isOwnFile: true,
  traces: { commands: ['opencode'], inHome: [['.opencode', 'bin', 'opencode']], absolute: [] },
  connected: (before) =>
    before === undefined || before.trim() === '' || isOurs(before)
      ? { kind: 'text', text: openCodePlugin }
      : { kind: 'problem', reason: foreign },
  disconnected: (text) => ({ kind: 'text', text: isOurs(text) ? undefined : text }),
  state: (text) => {
    if (text === openCodePlugin) return { kind: 'current' };
    return { kind: isOurs(text) ? 'older' : 'none' };
  },
  notes: () => ['OpenCode loads plugins when it starts: start it anew.'],
};

function isOurs(text: string): boolean {
  return text.replace(/^\uFEFF/, '').startsWith(openCodePluginMark);
}
