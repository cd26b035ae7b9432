import { createHash } from 'node:crypto';
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { ApiAgent, ApiRegistry, HeddleAgentsApi } from '../../src/extension/api.ts';
import type { CommandId } from '../../src/extension/ids.ts';
import { toAgentElement } from '../../src/presentation/agentElement.ts';
import { eventually } from './eventually.ts';
import { makeAgentsFolder } from './tempFolder.ts';

/** The extension as the host knows it. @throws Error when the host does not */
export function heddleExtension(): vscode.Extension<HeddleAgentsApi> {
  const id = 'heddle-agents.heddle-agents';
  const extension = vscode.extensions.getExtension<HeddleAgentsApi>(id);
  if (extension === undefined) throw new Error(`${id} is not known to this host`);
  return extension;
}

/** Runs one of our commands as another extension would. */
export function run<T = unknown>(command: CommandId, ...args: readonly unknown[]): Promise<T> {
  return Promise.resolve(vscode.commands.executeCommand<T>(command, ...args));
}

/** What a command of ours resolves to when it failed. */
export interface Failure {
  readonly error: { readonly code: string; readonly message: string };
}

/** The folder of the workspace with this index. */
export function workspaceFolder(index = 0): string {
  const folder = vscode.workspace.workspaceFolders?.[index];
  if (folder === undefined) throw new Error(`there is no workspace folder ${index}`);
  return folder.uri.fsPath;
}

export interface CliResult {
  readonly code: number;
  /** The document that it printed. */
  readonly json: Readonly<Record<string, unknown>>;
}

/** Runs the command line in a process of its own, on a root. */
export function runCli(root: string, args: readonly string[]): Promise<CliResult> {
  const { extensionPath } = heddleExtension();
  const cli = join(extensionPath, 'dist/cli.cjs');
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [cli, '--root', root, '--json', ...args],
      { env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' }, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        try {
          const json = JSON.parse(stdout) as Readonly<Record<string, unknown>>;
          resolve({ code: typeof error?.code === 'number' ? error.code : 0, json });
        } catch {
          reject(new Error(`${args.join(' ')}: ${stderr}`, { cause: error }));
        }
      },
    );
  });
}

/** One root as a window shows it, as the disk holds it, and as the command line sees it. */
export class HostRegistry {
  /** The folder of the entries. */
  readonly folder: string;

  constructor(
    readonly api: HeddleAgentsApi,
    readonly root: string,
  ) {
    this.folder = join(root, '.heddle', 'agents');
  }

  /** The registry of a workspace folder. */
  static async open(root = workspaceFolder()): Promise<HostRegistry> {
    return new HostRegistry(await heddleExtension().activate(), root);
  }

  /** What the window shows of this root now; undefined when it is not open. */
  get shown(): ApiRegistry | undefined {
    return this.api.getSnapshot().find(({ root }) => root === this.root);
  }

  agent(sessionId: string): ApiAgent | undefined {
    return this.shown?.agents.find((agent) => agent.sessionId === sessionId);
  }

  element(sessionId: string): string {
    return toAgentElement({ root: this.root, sessionId });
  }

  /** Waits until what the window shows of this root satisfies a condition. */
  async until(what: string, holds: (shown: ApiRegistry) => boolean): Promise<ApiRegistry> {
    try {
      await eventually(what, () => this.shown !== undefined && holds(this.shown));
    } catch (cause) {
      throw new Error(`waited in vain until ${what}; shown is ${describe(this.shown)}`, { cause });
    }
    if (this.shown === undefined) throw new Error(`${this.root} was closed`);
    return this.shown;
  }

  async untilAgent(
    sessionId: string,
    holds: (agent: ApiAgent) => boolean = () => true,
  ): Promise<ApiAgent> {
    const isSo = (agent: ApiAgent): boolean => agent.sessionId === sessionId && holds(agent);
    const shown = await this.until(`${sessionId} is as expected`, ({ agents }) =>
      agents.some(isSo),
    );
    const found = shown.agents.find(isSo);
    if (found === undefined) throw new Error(`${sessionId} is not there any more`);
    return found;
  }

  untilGone(sessionId: string): Promise<ApiRegistry> {
    return this.until(`${sessionId} is gone`, ({ agents }) =>
      agents.every((agent) => agent.sessionId !== sessionId),
    );
  }

  /** Removes the whole `.heddle` and waits until the window knows it. */
  async reset(): Promise<void> {
    rmSync(join(this.root, '.heddle'), { recursive: true, force: true, maxRetries: 5 });
    await this.until('there is no registry', ({ state }) => state === 'absent');
  }

  /** Makes the folder of the entries without the product's help. */
  makeFolder(): void {
    makeAgentsFolder(this.root);
  }

  entryPath(sessionId: string): string {
    return join(this.folder, `${sessionId}.toml`);
  }

  /** Writes a file in place, as an editor may, not as the registry does. */
  write(sessionId: string, text: string | Uint8Array): void {
    writeFileSync(this.entryPath(sessionId), text);
  }

  read(sessionId: string): string {
    return readFileSync(this.entryPath(sessionId), 'utf8');
  }

  has(sessionId: string): boolean {
    return existsSync(this.entryPath(sessionId));
  }

  cli(...args: readonly string[]): Promise<CliResult> {
    return runCli(this.root, args);
  }

  /** Runs a verb that prints one agent and returns its session id. */
  async cliAgent(...args: readonly string[]): Promise<string> {
    const { code, json } = await this.cli(...args);
    const agent = json.agent as { readonly session_id?: string } | undefined;
    if (code === 0 && agent?.session_id !== undefined) return agent.session_id;
    throw new Error(`${args.join(' ')}: ${code}, ${JSON.stringify(json)}`);
  }

  /** The entry of a session as the command line tells it. */
  async cliShow(sessionId: string): Promise<Readonly<Record<string, unknown>>> {
    return (await this.cli('show', sessionId)).json.agent as Readonly<Record<string, unknown>>;
  }
}

/** Every file below a folder with a digest of its content, but what git keeps for itself. */
export function fingerprint(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .map((item) => ({ item, path: join(item.parentPath, item.name) }))
    .filter(({ path }) => !path.split(/[/\\]/).includes('.git'))
    .map(({ item, path }) => (item.isFile() ? `${path} ${digest(path)}` : `${path} folder`))
    .sort();
}

function digest(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

function describe(shown: ApiRegistry | undefined): string {
  if (shown === undefined) return 'nothing';
  const text = JSON.stringify(shown, (_key, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  );
  return text.slice(0, 2000);
}
