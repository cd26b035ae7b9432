import * as vscode from 'vscode';
import { Emitter } from '../base/event.ts';
import { DisposableStore, type Disposable } from '../base/lifecycle.ts';
import { rootName } from './commands/rootName.ts';
import { isMereBeat, type RegistrySet, type RootRegistry } from './registrySet.ts';

/** As the manifest declares it. */
export const mcpProviderId = 'heddle-agents';

/**
 * Offers our MCP server to the editor, once for each repository of a trusted workspace that has a
 * registry. The editor's own runtime runs it, so that no node need be installed.
 */
export class McpServerDefinitions
  implements vscode.McpServerDefinitionProvider<vscode.McpStdioServerDefinition>, Disposable
{
  private readonly own = new DisposableStore();
  private readonly _onDidChange = this.own.add(new Emitter<undefined>());
  private offered: string;

  constructor(
    private readonly registries: RegistrySet,
    private readonly context: Pick<vscode.ExtensionContext, 'extensionUri' | 'extension'>,
  ) {
    this.offered = this.offeredRoots();
    this.own.add(
      registries.onDidChange((event) => {
        if (!isMereBeat(event)) this.look();
      }),
    );
    this.own.add(vscode.workspace.onDidGrantWorkspaceTrust(() => this.look()));
    this.own.add(vscode.lm.registerMcpServerDefinitionProvider(mcpProviderId, this));
  }

  readonly onDidChangeMcpServerDefinitions: vscode.Event<void> = (listener, thisArg) => {
    const subscription = this._onDidChange.event(() => listener.call(thisArg, undefined));
    return new vscode.Disposable(() => subscription.dispose());
  };

  provideMcpServerDefinitions(): vscode.McpStdioServerDefinition[] {
    const roots = this.roots();
    const { extensionUri, extension } = this.context;
    const { version } = extension.packageJSON as { readonly version?: unknown };
    return roots.map(({ location }) =>
      mcpServerFor(location.root, {
        extensionUri,
        version: typeof version === 'string' ? version : undefined,
        isOneOfSeveral: roots.length > 1,
      }),
    );
  }

  dispose(): void {
    this.own.dispose();
  }

  private look(): void {
    const now = this.offeredRoots();
    if (now === this.offered) return;
    this.offered = now;
    this._onDidChange.fire(undefined);
  }

  private offeredRoots(): string {
    return this.roots()
      .map(({ location }) => location.root)
      .join('\n');
  }

  private roots(): readonly RootRegistry[] {
    if (!vscode.workspace.isTrusted) return [];
    return this.registries.roots.filter(({ snapshot }) => snapshot.state.kind === 'ready');
  }
}

/** How the editor starts the server of a repository. */
export function mcpServerFor(
  root: string,
  {
    extensionUri,
    version,
    isOneOfSeveral,
  }: {
    readonly extensionUri: vscode.Uri;
    readonly version: string | undefined;
    readonly isOneOfSeveral: boolean;
  },
): vscode.McpStdioServerDefinition {
  const cli = vscode.Uri.joinPath(extensionUri, 'dist', 'cli.cjs').fsPath;
  const definition = new vscode.McpStdioServerDefinition(
    isOneOfSeveral ? `Heddle Agents (${rootName(root)})` : 'Heddle Agents',
    process.execPath,
    [cli, 'mcp', '--root', root],
    { ELECTRON_RUN_AS_NODE: '1' },
    version,
  );
  definition.cwd = vscode.Uri.file(root);
  return definition;
}
