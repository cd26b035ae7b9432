import { access } from 'node:fs/promises';
import { join } from 'node:path';

import { buildOnce, isComplete, npmInstall, runQuietly, timed } from '../vscode/npmInstall.ts';
import { hostCacheDir } from '../vscode/projectPaths.ts';

/** A coding agent as npm carries it. */
export interface AgentPackage {
  /** Names the folder, e.g. `claude-code`. */
  readonly name: string;
  /** The npm package, e.g. `@anthropic-ai/claude-code`. */
  readonly npmName: string;
  /** Exact: payloads were recorded with it. */
  readonly version: string;
  /** Paths below `node_modules`, best first: the first one that exists is the program. */
  readonly executables: readonly string[];
}

/**
 * Installs an agent into `.vscode-test/agents/<name>-<version>`, unless it is there already, and
 * returns the path of its program, which has once printed its version. A package's own scripts are
 * not run. An interrupted installation is started anew the next time.
 */
export async function ensureAgent(agent: AgentPackage): Promise<string> {
  const directory = join(hostCacheDir, 'agents', `${agent.name}-${agent.version}`);
  if (!(await isComplete(directory))) {
    try {
      await timed(`installing ${agent.npmName} ${agent.version}`, () =>
        buildOnce(directory, (dir) => installInto(dir, agent)),
      );
    } catch (error) {
      throw new Error(
        `${agent.npmName} could not be installed from the npm registry. ` +
          `See what npm says: npm view ${agent.npmName}@${agent.version} version`,
        { cause: error },
      );
    }
  }
  return await findExecutable(directory, agent);
}

async function installInto(directory: string, agent: AgentPackage): Promise<void> {
  await npmInstall(directory, [`${agent.npmName}@${agent.version}`]);
  await runQuietly(await findExecutable(directory, agent), ['--version'], {
    cwd: directory,
    env: { ...process.env, HOME: directory },
  });
}

async function findExecutable(directory: string, agent: AgentPackage): Promise<string> {
  for (const executable of agent.executables) {
    const path = join(directory, 'node_modules', executable);
    if (await isThere(path)) return path;
  }
  throw new Error(
    `${agent.npmName} ${agent.version} has none of: ${agent.executables.join(', ')}. ` +
      `Remove ${directory} to install it anew.`,
  );
}

async function isThere(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
