import * as vscode from 'vscode';
import { personActorKey } from '../../core/agents/personReservation.ts';
import { present } from '../../core/sessions/fieldReaders.ts';
import type {
  ResumedConversation,
  RunSpec,
  SessionParent,
} from '../../core/sessions/sessionSpec.ts';
import { initRegistry } from '../../node/initRegistry.ts';
import { startSessionHost, type HostProgram } from '../../node/sessions/startSessionHost.ts';
import { toMessageText } from '../../presentation/plainText.ts';
import type { SessionRef } from '../../presentation/sessions/rows/sessionElement.ts';
import type { RootRegistry } from '../registrySet.ts';
import type { WindowIdentity } from '../windowIdentity.ts';
import type { SessionAgents } from './sessionAgents.ts';
import { sessionsViewId } from './sessionIds.ts';
import type { SessionListSet } from './sessionListSet.ts';
import { readPermissionPolicy, readRetention } from './sessionSettings.ts';

/** What is to be started. */
export interface StartWish {
  readonly root: RootRegistry;
  readonly agent: string;
  readonly prompt: string;
  /** Absolute. */
  readonly cwd: string;
  readonly contextFiles?: readonly string[] | undefined;
  /** The person at this window when missing. */
  readonly parent?: SessionParent | undefined;
  readonly resumes?: ResumedConversation | undefined;
}

export interface SessionStarterOptions {
  readonly agents: Pick<SessionAgents, 'expect'>;
  readonly lists: Pick<SessionListSet, 'get'>;
  readonly identity: Pick<WindowIdentity, 'nameIn'>;
  readonly context: Pick<vscode.ExtensionContext, 'asAbsolutePath'>;
}

/** Starts sessions, each in a process of its own that outlives this window. */
export class SessionStarter {
  constructor(private readonly options: SessionStarterOptions) {}

  /** Resolves when the session is listed. @throws SessionError, Error that says what to do */
  async start(wish: StartWish): Promise<SessionRef> {
    if (!vscode.workspace.isTrusted) throw new Error('A restricted window starts nothing.');
    const agent = this.options.agents.expect(wish.agent);
    const title = vscode.l10n.t('Starting {0}…', toMessageText(agent.name, 60));
    return vscode.window.withProgress({ location: { viewId: sessionsViewId }, title }, async () => {
      const { root } = wish;
      const { location } = root;
      if (root.snapshot.state.kind === 'absent') await initRegistry(location);
      const sessionId = await startSessionHost({
        ...{
          agent,
          spec: this.specOf(wish),
          program: editorProgram(this.options.context),
          env: hostEnvironment(),
          expectsEditor: true,
        },
        location: { ...location, isPresent: true },
        ...{ keep: readRetention(), policy: readPermissionPolicy() },
      });
      await this.options.lists.get(location.root)?.refresh();
      return { root: location.root, sessionId };
    });
  }

  private specOf({ root, agent, prompt, cwd, ...more }: StartWish): RunSpec {
    const { parent, contextFiles, resumes } = more;
    const person = this.options.identity.nameIn(root.location.root);
    return present<RunSpec>({
      ...{ kind: 'run', agent, prompt, cwd, resumes },
      parent: parent ?? { actorKey: personActorKey(person) },
      contextFiles: contextFiles?.length === 0 ? undefined : contextFiles,
    });
  }
}

/** What the editor tells its own processes is nothing for others, nor is whose agent this window may be in. */
export function hostEnvironment(
  env: Readonly<Record<string, string | undefined>> = process.env,
): Readonly<Record<string, string | undefined>> {
  const isOwn = (name: string): boolean =>
    name.startsWith('VSCODE_') || name === 'HEDDLE_AGENTS_SESSION' || name.startsWith('ELECTRON_');
  return Object.fromEntries(Object.entries(env).filter(([name]) => !isOwn(name)));
}

/** The editor's own runtime, so that no node need be installed. */
export function editorProgram(
  context: Pick<vscode.ExtensionContext, 'asAbsolutePath'>,
): HostProgram {
  const isElectron = process.versions.electron !== undefined;
  return { cli: context.asAbsolutePath('dist/cli.cjs'), node: process.execPath, isElectron };
}
