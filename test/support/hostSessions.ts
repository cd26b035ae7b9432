import { strict as assert } from 'node:assert';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { SessionCommandId } from '../../src/extension/sessions/sessionIds.ts';
import { toSessionElement } from '../../src/presentation/sessions/rows/sessionElement.ts';
import { eventually } from './eventually.ts';
import { heddleExtension, HostRegistry } from './hostWorld.ts';

/** One step of the scripted agent: its name and what it is given. */
export type Step = readonly [string, ...unknown[]];

/** A session as the command line tells it, as far as these tests look. */
export interface ShownSession {
  readonly session_id: string;
  readonly state: string;
  readonly prompt: string;
  readonly cwd: string;
  readonly entry_session_id: string | null;
  readonly parent: {
    readonly session_id?: string | null;
    readonly actor_key?: string | null;
  } | null;
  readonly resumes: { readonly session_id: string | null } | null;
  readonly host: { readonly pid: number } | null;
  readonly outcome: { readonly detail?: string | null; readonly by?: string | null } | null;
}

/** Sessions of a scripted agent in the repository of the window. */
export class HostSessions {
  private constructor(
    readonly registry: HostRegistry,
    /** A file of the repository. */
    readonly file: string,
  ) {}

  /** With the scripted agents `scripted` and `locked-out`, who wants a log-in, in the person's settings. */
  static async open(): Promise<HostSessions> {
    const registry = await HostRegistry.open();
    const { extensionPath } = heddleExtension();
    const script = join(extensionPath, 'test/support/agents/acp/scriptedAcpAgent.ts');
    const tsx = join(extensionPath, 'node_modules/tsx/dist/loader.mjs');
    const agent = (name: string, ...flags: readonly string[]) => ({
      ...{ name, command: process.execPath, args: ['--import', tsx, script, ...flags] },
      env: { ELECTRON_RUN_AS_NODE: '1' },
    });
    await setting('sessions.agents', {
      scripted: agent('Scripted Agent', '--resume'),
      'locked-out': agent('Locked Out', '--needs-login'),
    });
    return new HostSessions(registry, join(registry.root, 'src', 'session.txt'));
  }

  get folder(): string {
    return join(this.registry.root, '.heddle/sessions');
  }

  async reset(): Promise<void> {
    await this.removeAll();
    writeFileSync(this.file, 'before\n');
  }

  /** What ends may still write when it is told to have ended. */
  private async removeAll(): Promise<void> {
    const { root } = this.registry;
    await eventually('there is no registry', () => {
      rmSync(join(root, '.heddle'), { recursive: true, force: true, maxRetries: 5 });
      return this.registry.shown?.state === 'absent';
    });
  }

  /** Cancels what goes on, closes what is open and removes everything. */
  async clear(): Promise<void> {
    for (const { session_id: id, state } of await this.list()) {
      if (isOpen(state)) await this.registry.cli('session', 'cancel', id);
    }
    await eventually('every session has ended', async () =>
      (await this.list()).every(({ state }) => !isOpen(state)),
    );
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    rmSync(this.file, { force: true });
    await this.removeAll();
  }

  async dispose(): Promise<void> {
    await setting('sessions.agents', undefined);
  }

  async list(): Promise<readonly ShownSession[]> {
    const { json } = await this.registry.cli('session', 'list');
    return (json.sessions ?? []) as readonly ShownSession[];
  }

  async show(id: string): Promise<ShownSession> {
    const found = (await this.list()).find((each) => each.session_id === id);
    assert.ok(found, `${id} is listed`);
    return found;
  }

  /** Waits until the only session is there, and returns it. */
  async only(): Promise<ShownSession> {
    await eventually('a session is there', async () => (await this.list()).length > 0);
    const [only, ...others] = await this.list();
    assert.ok(only && others.length === 0, `${others.length + 1} sessions`);
    return only;
  }

  untilState(id: string, state: string): Promise<void> {
    return eventually(`${id} is ${state}`, async () => (await this.show(id)).state === state);
  }

  run<T>(id: SessionCommandId, ...args: readonly unknown[]): Promise<T> {
    return Promise.resolve(vscode.commands.executeCommand<T>(id, ...args));
  }

  /** What a command gets from the row of a session. */
  element(id: string): string {
    return toSessionElement({ root: this.registry.root, sessionId: id });
  }

  async start(steps: readonly Step[], agent = 'scripted'): Promise<string> {
    const wish = { agent, prompt: JSON.stringify(steps), folder: this.registry.root };
    const { sessionId } = await this.run<{ sessionId: string }>('heddle.session.start', wish);
    return sessionId;
  }

  /** The id of the question that a session asks. */
  async openQuestion(id: string): Promise<string> {
    const { json } = await this.registry.cli('session', 'show', id);
    const text = JSON.stringify(json);
    const query = /"query_id":"([^"]+)"/.exec(text)?.[1];
    assert.ok(query, text);
    return query;
  }
}

/** Changes one of our settings as the person has it on this machine. */
export function setting(name: string, value: unknown): Promise<void> {
  const { Global } = vscode.ConfigurationTarget;
  return Promise.resolve(vscode.workspace.getConfiguration('heddle').update(name, value, Global));
}

function isOpen(state: string): boolean {
  return state === 'running' || state === 'paused';
}
