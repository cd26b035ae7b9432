import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

import {
  ensureClaudeCode,
  startClaudeSession,
  type ClaudeCode,
  type ClaudeCodeOptions,
} from '../support/agents/claudeCode.ts';
import {
  startScriptedClaudeModel,
  type ModelScript,
} from '../support/agents/scriptedClaudeModel.ts';
import { answersByPrompt } from '../support/agents/scriptedSteps.ts';
import { makeOwnFolder } from './ownFolder.ts';
import { allowAfter } from './realClaudePermission.ts';
import { realClaudePrompts, realClaudeTask, type PacedStep } from './realClaudeTask.ts';

const execute = promisify(execFile);

const pauseAfterTurnMs = 12_000;
const pauseAfterSessionMs = 20_000;
/** How long a person lets it wait. */
const permissionMs = 20_000;

export interface RealClaudeOptions {
  /** The repository, which holds `.heddle`. */
  readonly repository: string;
  /** The built command-line program, a file for node. */
  readonly cli: string;
  /** The session id of whoever starts it. */
  readonly startedBy: string;
}

/** A real Claude Code at work, whose model is a script on this machine. */
export interface RealClaude {
  /** Ends it and removes all that was made for it. */
  stop(): Promise<void>;
}

/**
 * Installs Claude Code where it is missing, connects it as a developer does, and lets it work: a few
 * turns, then a new session, until it is stopped. It has a home of its own and talks to nobody.
 *
 * @throws Error when it cannot be installed
 */
export async function startRealClaude(options: RealClaudeOptions): Promise<RealClaude> {
  const executable = await ensureClaudeCode();
  const own = makeOwnFolder('heddle-demo-claude');
  const place = { ...options, executable, home: join(own.path, 'home'), temporary: own.path };
  try {
    mkdirSync(place.home);
    await connect(place);
  } catch (error) {
    await own.remove();
    throw error;
  }
  const over = new AbortController();
  const done = workUntil(over.signal, place).catch((error: unknown) => {
    if (!over.signal.aborted) process.stderr.write(`The real Claude Code ended: ${said(error)}\n`);
  });
  return {
    stop: async () => {
      over.abort();
      await done;
      await own.remove();
    },
  };
}

interface Place extends RealClaudeOptions {
  readonly executable: string;
  readonly home: string;
  /** Where it puts what it needs for a while. */
  readonly temporary: string;
}

/** The first line of what an error says. */
export function said(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n')[0] ?? '';
}

async function connect({ cli, repository, home }: Place): Promise<void> {
  const env = { ...process.env, HOME: home, USERPROFILE: home };
  await execute(process.execPath, [cli, 'connect', 'claude-code'], { cwd: repository, env });
}

async function workUntil(signal: AbortSignal, place: Place): Promise<void> {
  for (let round = 1; !signal.aborted; round += 1) {
    await workOnce(round, { signal, place });
    await pause(pauseAfterSessionMs, signal);
  }
}

/** One session, from its start to its end. */
async function workOnce(
  round: number,
  { signal, place }: { readonly signal: AbortSignal; readonly place: Place },
): Promise<void> {
  const model = await startScriptedClaudeModel(pacedScript(round, { signal, place }));
  const claude = startClaudeSession(claudeOptions(place, model.url));
  const kill = (): void => void claude.stop();
  signal.addEventListener('abort', kill);
  const permissions = allowAfter(claude, permissionMs);
  try {
    for (const prompt of realClaudePrompts) {
      if (signal.aborted) break;
      await claude.prompt(prompt);
      await pause(pauseAfterTurnMs, signal);
    }
    await endOf(claude);
  } finally {
    permissions.stop();
    signal.removeEventListener('abort', kill);
    await claude.stop();
    await model.stop();
  }
}

async function endOf(claude: ClaudeCode): Promise<void> {
  claude.endInput();
  await claude.exit;
}

function claudeOptions(place: Place, modelUrl: string): ClaudeCodeOptions {
  const { executable, repository: cwd, home, temporary, startedBy } = place;
  return {
    executable,
    cwd,
    home,
    modelUrl,
    args: [
      ...['--model', 'claude-sonnet-4-5'],
      ...['--allowedTools', 'Bash(git diff:*)'],
      ...['--permission-prompt-tool', 'stdio'],
    ],
    env: {
      HEDDLE_AGENTS_SESSION: startedBy,
      TMPDIR: temporary,
      CLAUDE_CODE_TMPDIR: temporary,
      PATH: `${join(home, '.heddle-agents/bin')}:${process.env.PATH ?? ''}`,
    },
  };
}

/** Takes its time, as a model does. */
function pacedScript(
  round: number,
  { signal, place }: { readonly signal: AbortSignal; readonly place: Place },
): ModelScript {
  const answers = answersByPrompt<PacedStep>(realClaudeTask(place.repository, round));
  return async (request) => {
    const step = answers(request);
    await pause('afterSeconds' in step ? step.afterSeconds * 1000 : 1000, signal);
    return step;
  };
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}
