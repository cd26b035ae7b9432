import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { AcpAgent } from '../../../src/core/acp/acpAgent.ts';
import { sessionIdOf } from '../../../src/core/locks/lockHolder.ts';
import type { PausePrompt } from '../../../src/core/sessions/pause.ts';
import type { ProgressEvent } from '../../../src/core/sessions/progressEvent.ts';
import { heddleRootAt } from '../../../src/node/heddleRoot.ts';
import { initRegistry } from '../../../src/node/initRegistry.ts';
import { openFileLocks, type OpenFileLocks } from '../../../src/node/openFileLocks.ts';
import { openRegistry, type OpenRegistry } from '../../../src/node/openRegistry.ts';
import { startSessionHost } from '../../../src/node/sessions/startSessionHost.ts';
import { scriptedAgentProgram, type Step } from '../../support/agents/acp/acpWorld.ts';
import { cliPath } from '../../support/cliPath.ts';
import { eventually } from '../../support/eventually.ts';
import { removeWithPrograms } from '../agents/support/removeWithPrograms.ts';
import { HostWorld } from './hostWorld.ts';

/** A repository in which agents work in sessions of the built product, each in a host of its own. */
export class AcpHostWorld extends HostWorld {
  readonly home = join(this.root, 'home');
  readonly registry: OpenRegistry = openRegistry(heddleRootAt(this.root));
  readonly locks: OpenFileLocks = openFileLocks(this.registry);

  private constructor(private readonly agentProgram: string) {
    super(cliPath());
    mkdirSync(this.home);
  }

  static async make(): Promise<AcpHostWorld> {
    const world = new AcpHostWorld(await scriptedAgentProgram());
    world.write('a.txt', 'one\n');
    execFileSync('git', ['init', '--quiet'], { cwd: world.root });
    await initRegistry(heddleRootAt(world.root));
    return world;
  }

  path(name: string): string {
    return join(this.root, name);
  }

  write(name: string, text: string): void {
    writeFileSync(this.path(name), text);
  }

  read(name: string): string {
    return readFileSync(this.path(name), 'utf8');
  }

  /** Starts a session of the scripted agent. */
  script(steps: readonly Step[], flags: readonly string[] = []): Promise<string> {
    const command = process.execPath;
    const args = [this.agentProgram, ...flags.map((flag) => `--${flag}`)];
    return this.startAgent({ command, args, env: {} }, JSON.stringify(steps));
  }

  startAgent(
    { command, args, env }: Pick<AcpAgent, 'command' | 'args' | 'env'>,
    prompt: string,
  ): Promise<string> {
    const { home } = this;
    return startSessionHost({
      ...this.options([], { prompt }),
      agent: {
        ...{ id: 'scripted', name: 'Scripted', harness: 'scripted', command, args },
        env: { HOME: home, USERPROFILE: home, ...env },
      },
    });
  }

  /** Waits until a session asks, and returns its one question. */
  async question(sessionId: string): Promise<PausePrompt> {
    const { state } = await this.untilState(sessionId, 'paused');
    const [prompt] = state.state === 'paused' ? state.pause.prompts : [];
    if (prompt === undefined) throw new Error('it asks nothing');
    return prompt;
  }

  /** Who holds what, as `<path> <session id or name>`. */
  async held(): Promise<readonly string[]> {
    const standing = await this.locks.locks.list();
    return standing.map(({ holder, lock }) => `${lock.path} ${sessionIdOf(holder) ?? holder.name}`);
  }

  /** The process of the only agent. */
  async agentPid(): Promise<number> {
    let pid: number | undefined;
    await eventually('the agent runs', async () => {
      [{ pid } = { pid: undefined }] = await this.registry.registry.list();
      return pid !== undefined;
    });
    return pid ?? 0;
  }

  override async dispose(): Promise<void> {
    await this.killHosts();
    await removeWithPrograms(this.root);
  }
}

/** All that an agent said in these events. */
export function saidIn(events: readonly ProgressEvent[]): string {
  return events
    .map((event) => {
      if (event.kind !== 'update' || event.update.kind !== 'message-chunk') return '';
      const { content } = event.update;
      return content.kind === 'text' ? content.text : '';
    })
    .join('');
}
