import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import {
  recorderCommand,
  writeFiles,
  type HookAnswer,
  type HookCall,
  type HookPayload,
} from './claudeWorld.ts';
import { temporaryFolder } from './agentProcess.ts';

/** A repository and a home for a real agent, and what its recording hook writes down. */
export interface AgentWorld {
  readonly root: string;
  /** The repository it works in. */
  readonly repo: string;
  readonly home: string;
  /** The shell command of the recording hook. */
  readonly recorder: string;
  readonly callsFile: string;
  readonly answersFile: string;
  /** What the recording hook was called with so far, in order of recording. */
  calls(): HookCall[];
  setAnswers(answers: readonly HookAnswer[]): void;
}

export interface AgentWorldOptions {
  /** An empty folder. */
  readonly root: string;
  readonly files?: Readonly<Record<string, string>>;
  /** False: no hooks are configured; the test connects its own. */
  readonly hooks?: boolean;
}

/** Makes a git repository with one commit, and an empty home beside it. */
export function makeAgentWorld({ root, files = {} }: AgentWorldOptions): AgentWorld {
  const repo = join(root, 'repo');
  const home = join(root, 'home');
  const callsFile = join(root, 'calls.jsonl');
  const answersFile = join(root, 'answers.json');
  mkdirSync(temporaryFolder(home), { recursive: true });
  writeFiles(repo, { 'README.md': '# Demo\n', ...files });
  const git = (...args: readonly string[]): void => {
    const who = ['-c', 'user.name=Dev', '-c', 'user.email=dev@example.invalid'];
    execFileSync('git', [...who, ...args], { cwd: repo, stdio: 'ignore' });
  };
  git('init', '--initial-branch=main');
  git('add', '--all');
  git('commit', '--message=Start');
  return {
    root,
    repo,
    home,
    recorder: recorderCommand(callsFile, answersFile),
    callsFile,
    answersFile,
    calls: () => readHookCalls(callsFile),
    setAnswers: (answers) => writeFileSync(answersFile, JSON.stringify(answers)),
  };
}

/** What `hookRecorder.cjs` wrote into a file; nothing where there is none yet. */
export function readHookCalls(file: string): HookCall[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const call = JSON.parse(line) as Omit<HookCall, 'payload'>;
      return { ...call, payload: JSON.parse(call.stdin) as HookPayload };
    });
}
