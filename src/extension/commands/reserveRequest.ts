import * as vscode from 'vscode';
import { currentGitBranch } from '../../node/baseState.ts';
import { toPickText } from '../../presentation/plainText.ts';
import { taskProblem, threadProblem } from '../../presentation/threadName.ts';
import type { RegistrySet, RootRegistry } from '../registrySet.ts';
import { askChoice, askText, runSteps, type InputStep } from './multiStepInput.ts';
import { rootName } from './rootName.ts';

/** What a person wants to reserve, complete and valid. */
export interface ReserveRequest {
  readonly root: RootRegistry;
  /** The workspace folder for which it is. */
  readonly folder: vscode.WorkspaceFolder;
  readonly thread: string;
  readonly task: string | undefined;
}

/** The form in which other code passes a request: `{thread, task?, folder?}`, a folder by its path. */
export interface ReserveArguments {
  readonly thread: string;
  readonly task?: string | undefined;
  readonly folder?: string | undefined;
}

/** Reads a request that was passed to the command; undefined when it has to be asked for. */
export function parseReserveRequest(
  registries: RegistrySet,
  value: unknown,
): ReserveRequest | undefined {
  if (typeof value !== 'object' || value === null || !('thread' in value)) return undefined;
  const { thread } = value;
  const task = 'task' in value ? value.task : undefined;
  if (typeof thread !== 'string' || threadProblem(thread) !== undefined) return undefined;
  if (task !== undefined && (typeof task !== 'string' || taskProblem(task) !== undefined)) {
    return undefined;
  }
  const wanted = 'folder' in value ? value.folder : undefined;
  const places = foldersOf(registries).filter(
    ({ folder }) => wanted === undefined || folder.uri.fsPath === wanted,
  );
  const [place] = places;
  if (place === undefined || places.length > 1) return undefined;
  return { ...place, thread: thread.trim(), task: emptyToUndefined(task) };
}

interface Draft {
  readonly place: Place | undefined;
  /** Undefined until it was entered. */
  readonly thread: string | undefined;
  readonly task: string;
}

interface Place {
  readonly root: RootRegistry;
  readonly folder: vscode.WorkspaceFolder;
}

/** Asks for folder (when there are several), thread and task. Undefined when the person gave up. */
export async function askReserveRequest(
  registries: RegistrySet,
): Promise<ReserveRequest | undefined> {
  const places = foldersOf(registries);
  const steps =
    places.length > 1 ? [folderStep(places), threadStep, taskStep] : [threadStep, taskStep];
  const draft = await runSteps<Draft>(steps, { place: places[0], thread: undefined, task: '' });
  if (draft?.place === undefined || draft.thread === undefined) return undefined;
  return { ...draft.place, thread: draft.thread, task: emptyToUndefined(draft.task) };
}

function folderStep(places: readonly Place[]): InputStep<Draft> {
  return async (draft, where) => {
    const items = places.map((place) => ({
      place,
      label: toPickText(place.folder.name),
      description: toPickText(rootName(place.root.location.root)),
    }));
    const active = items.find(({ place }) => place.folder === draft.place?.folder);
    const title = vscode.l10n.t('Reserve a thread in which folder?');
    const answer = await askChoice({ title, items, active }, where);
    return typeof answer === 'object' ? { ...draft, place: answer.place } : answer;
  };
}

const threadStep: InputStep<Draft> = async (draft, where) => {
  const { t } = vscode.l10n;
  const branch = draft.place && currentGitBranch(draft.place.folder.uri.fsPath);
  const answer = await askText(
    {
      title: t('Reserve Thread'),
      prompt: t('The thread that is to be yours, such as a branch.'),
      placeholder: t('For example feature/login'),
      value: draft.thread ?? branch ?? '',
      problemOf: (text) => threadProblem(text, t),
    },
    where,
  );
  return typeof answer === 'object' ? { ...draft, thread: answer.text.trim() } : answer;
};

const taskStep: InputStep<Draft> = async (draft, where) => {
  const { t } = vscode.l10n;
  const answer = await askText(
    {
      title: t('Reserve Thread'),
      prompt: t('What you are going to do, for others to see. May be left empty.'),
      placeholder: t('For example: fix the token refresh'),
      value: draft.task,
      problemOf: (text) => taskProblem(text, t),
    },
    where,
  );
  return typeof answer === 'object' ? { ...draft, task: answer.text.trim() } : answer;
};

function foldersOf(registries: RegistrySet): readonly Place[] {
  return registries.roots.flatMap((root) => root.folders.map((folder) => ({ root, folder })));
}

function emptyToUndefined(text: string | undefined): string | undefined {
  return text === undefined || text.trim() === '' ? undefined : text.trim();
}
