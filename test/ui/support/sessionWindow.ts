import type { FrameLocator } from 'playwright-core';

import type { Workbench } from '../../support/vscode/workbench.ts';
import { showAgents } from './windowDressing.ts';

export const sessionsViewTitle = 'Sessions';

/** Shows the view Sessions, which is folded at first, beside the others. */
export async function showSessions(
  workbench: Workbench,
  options: { readonly sideBarWidth?: number } = {},
): Promise<void> {
  await showAgents(workbench, options);
  await workbench.tree(sessionsViewTitle).expandSection();
}

/** Starts a session as a person does, and returns its page. */
export async function startSession(workbench: Workbench, prompt: string): Promise<FrameLocator> {
  const { quickInput } = workbench;
  await workbench.runCommand('Heddle Agents: Start Session…');
  await quickInput.waitForOpen('Which agent?');
  await quickInput.pick(/Codex/);
  await quickInput.waitForOpen('What shall the agent do?');
  await quickInput.submit(prompt);
  return pageOf(workbench, prompt);
}

/** The page of the session with this prompt. */
export function pageOf(workbench: Workbench, prompt: string): Promise<FrameLocator> {
  return workbench.webview(prompt.slice(0, 30));
}
