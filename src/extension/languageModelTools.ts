import * as vscode from 'vscode';
import { RegistryError, isRegistryError } from '../core/agents/registryError.ts';
import { plainJson } from '../presentation/toolAnswers/plainJson.ts';
import type { ToolAnswer } from '../presentation/toolAnswers/toolCall.ts';
import { toolFailure } from '../presentation/toolAnswers/toolFailure.ts';
import { prepareTool } from './languageModelConfirmation.ts';
import { meantRepository, namedPlaces } from './languageModelFolder.ts';
import { LanguageModelHolder } from './languageModelHolder.ts';
import { languageModelTools, type LanguageModelToolEntry } from './languageModelToolTable.ts';
import { languageModelWorld } from './languageModelWorld.ts';
import type { LockSet } from './lockSet.ts';
import type { RegistrySet } from './registrySet.ts';
import type { WindowIdentity } from './windowIdentity.ts';

export interface LanguageModelToolsOptions {
  readonly registries: RegistrySet;
  readonly locks: LockSet;
  readonly identity: WindowIdentity;
  readonly logger: vscode.LogOutputChannel;
}

interface Tools extends LanguageModelToolsOptions {
  readonly holder: LanguageModelHolder;
}

/**
 * Offers what the server of the command line offers to the language models of this window. Every call
 * is answered with a text for the model and the same as JSON; what could not be done is said there too.
 */
export function registerLanguageModelTools(options: LanguageModelToolsOptions): vscode.Disposable {
  const tools = { ...options, holder: new LanguageModelHolder(options.identity) };
  return vscode.Disposable.from(
    ...Object.entries(languageModelTools).map(([name, entry]) =>
      vscode.lm.registerTool<unknown>(name, {
        prepareInvocation: ({ input }) => prepareTool(entry.effect, input),
        invoke: ({ input }, token) => invoke(entry, { input, token, tools }),
      }),
    ),
  );
}

async function invoke(
  entry: LanguageModelToolEntry,
  call: {
    readonly input: unknown;
    readonly token: vscode.CancellationToken;
    readonly tools: Tools;
  },
): Promise<vscode.LanguageModelToolResult> {
  const stopping = new AbortController();
  const subscription = call.token.onCancellationRequested(() => stopping.abort());
  try {
    return toResult(await answer(entry, { ...call, signal: stopping.signal }));
  } catch (error) {
    if (!isRegistryError(error)) call.tools.logger.error('A language-model tool failed.', error);
    return toResult(toolFailure(error));
  } finally {
    subscription.dispose();
  }
}

async function answer(
  entry: LanguageModelToolEntry,
  {
    input,
    signal,
    tools,
  }: { readonly input: unknown; readonly signal: AbortSignal; readonly tools: Tools },
): Promise<ToolAnswer> {
  if (!vscode.workspace.isTrusted) {
    const message =
      'This workspace is not trusted, so the tools of Heddle Agents do nothing here. The person at this window can trust it.';
    throw new RegistryError('read-only', message);
  }
  const { registries, holder, logger } = tools;
  const meant = meantRepository(registries, namedPlaces(input));
  if (!(await meant.root.store.exists())) throw noRegistry(meant.root.location.root);
  const world = languageModelWorld(meant, { holder, logger });
  const caller = await holder.callerFor(world, meant.root, input);
  const onProgress = (text: string): void => logger.debug(text);
  try {
    return await entry.answer({ world, caller, input: withoutFolder(input), signal, onProgress });
  } finally {
    if (entry.effect !== 'nothing') await refresh(tools, meant.root.location.root);
  }
}

/** The views show what was done before the model is told. */
async function refresh({ registries, locks }: Tools, root: string): Promise<void> {
  await Promise.all([registries.get(root)?.refresh(), locks.get(root)?.refresh()]);
}

function withoutFolder(input: unknown): unknown {
  if (typeof input !== 'object' || input === null) return input;
  return Object.fromEntries(Object.entries(input).filter(([name]) => name !== 'folder'));
}

function toResult({ text, data }: ToolAnswer): vscode.LanguageModelToolResult {
  return new vscode.LanguageModelToolResult([
    new vscode.LanguageModelTextPart(text),
    new vscode.LanguageModelTextPart(JSON.stringify(plainJson(data))),
  ]);
}

function noRegistry(root: string): RegistryError {
  const message = `There is no registry in ${root}. Run the command "Heddle Agents: Initialise Registry", or "heddle-agents init" in a terminal.`;
  return new RegistryError('no-registry', message, { file: root });
}
