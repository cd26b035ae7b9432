import { statSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import type { AcpAgent } from '../../core/acp/acpAgent.ts';
import { SessionError } from '../../core/sessions/sessionError.ts';
import type { PreparedExecution, SessionExecutor } from '../../core/sessions/sessionExecutor.ts';
import type { RunSpec } from '../../core/sessions/sessionSpec.ts';
import type { AcpExecutorOptions } from './acpExecutorOptions.ts';
import { runAgent } from './runAgent.ts';

/** Executes prompts by coding agents that speak the Agent Client Protocol, each a process of its own. */
export function createAcpExecutor(options: AcpExecutorOptions): SessionExecutor {
  return {
    prepare: async (spec): Promise<PreparedExecution> => {
      expectFolder(spec, options);
      const agent = await expectAgent(spec, options);
      return { run: (control) => runAgent({ spec, agent, control }, options) };
    },
  };
}

async function expectAgent({ agent: id }: RunSpec, options: AcpExecutorOptions): Promise<AcpAgent> {
  const agent = await options.findAgent(id);
  if (agent) return agent;
  const reason = `there is no agent ${JSON.stringify(id)}, or it is not installed`;
  throw new SessionError({ code: 'invalid-spec', reason });
}

function expectFolder({ cwd }: RunSpec, { locks, registry }: AcpExecutorOptions): void {
  const isFolder =
    isAbsolute(cwd) && statSync(cwd, { throwIfNoEntry: false })?.isDirectory() === true;
  if (!isFolder) throw invalidFolder(cwd, 'is no folder');
  if (locks.paths.tryToLockPath(cwd, cwd) === undefined) {
    throw invalidFolder(cwd, `is not in the repository at ${registry.location.root}`);
  }
}

function invalidFolder(cwd: string, problem: string): SessionError {
  return new SessionError({ code: 'invalid-spec', reason: `${JSON.stringify(cwd)} ${problem}` });
}
