import type { ConnectionRecipe } from '../../core/harness/connectionRecipe.ts';
import type { HarnessId } from '../../core/harness/harnessEvent.ts';
import { claudeCodeRecipe } from './claudeCodeRecipe.ts';
import { codexRecipe } from './codexRecipe.ts';
import { copilotCliRecipe, vscodeCopilotRecipe } from './copilotRecipes.ts';
import { cursorRecipe } from './cursorRecipe.ts';
import { geminiCliRecipe } from './geminiCliRecipe.ts';
import { openCodeRecipe } from './openCodeRecipe.ts';

/** How each coding agent is connected on a platform, in the order in which people are shown them. */
export function connectionRecipes(platform: NodeJS.Platform): readonly ConnectionRecipe[] {
  const recipes: Readonly<Record<HarnessId, ConnectionRecipe>> = {
    'claude-code': claudeCodeRecipe,
    codex: codexRecipe,
    'gemini-cli': geminiCliRecipe(platform),
    opencode: openCodeRecipe,
    cursor: cursorRecipe(platform),
    'vscode-copilot': vscodeCopilotRecipe,
    'copilot-cli': copilotCliRecipe,
  };
  return Object.values(recipes);
}
