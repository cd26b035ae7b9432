import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { ensureClaudeCode, type ClaudeCodeOptions } from './claudeCode.ts';
import {
  startScriptedClaudeModel,
  type ModelScript,
  type ScriptedClaudeModel,
} from './scriptedClaudeModel.ts';

/** How one hook command was called, as `hookRecorder.cjs` wrote it down. */
export interface HookCall {
  /** Milliseconds since 1970; the end is when it answered. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly argv: readonly string[];
  readonly pid: number;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Parent first. */
  readonly ancestors: readonly HookAncestor[];
  /** Byte for byte what it was given. */
  readonly stdin: string;
  readonly payload: HookPayload;
}

export interface HookAncestor {
  readonly pid: number;
  readonly comm: string;
  readonly args: string;
  readonly exe?: string;
}

export interface HookPayload {
  readonly hook_event_name: string;
  readonly session_id: string;
  readonly transcript_path: string;
  readonly tool_name?: string;
  readonly tool_use_id?: string;
  readonly agent_id?: string;
  readonly [field: string]: unknown;
}

/** What the recording hook answers; the first that fits is given. */
export interface HookAnswer {
  readonly event: string;
  readonly tool?: string;
  /** True: inside a subagent only; false: outside only. */
  readonly agent?: boolean;
  /** How often it is given; without it, always. */
  readonly times?: number;
  readonly stdout?: string;
  readonly stderr?: string;
  readonly exit?: number;
  readonly delayMs?: number;
  /** Appended to the file that `CLAUDE_ENV_FILE` names. */
  readonly envFile?: string;
}

/** A repository, a home and a scripted model for real Claude Codes. */
export interface ClaudeWorld {
  readonly root: string;
  /** The repository they work in. */
  readonly repo: string;
  readonly home: string;
  readonly model: ScriptedClaudeModel;
  /** What {@link runClaudeOnce} and {@link startClaudeSession} want. */
  readonly options: ClaudeCodeOptions;
  /** What the recording hook was called with so far, in order of recording. */
  calls(): HookCall[];
  /** What its status line was given so far; only in a terminal there is one. */
  statusLines(): string[];
  setAnswers(answers: readonly HookAnswer[]): void;
  stop(): Promise<void>;
}

/** Every event of Claude Code but WorktreeCreate, whose hook replaces what git does. */
export const claudeHookEvents = [
  'SessionStart',
  'Setup',
  'UserPromptSubmit',
  'UserPromptExpansion',
  'PreToolUse',
  'PermissionRequest',
  'PermissionDenied',
  'PostToolUse',
  'PostToolUseFailure',
  'PostToolBatch',
  'Notification',
  'SubagentStart',
  'SubagentStop',
  'TaskCreated',
  'TaskCompleted',
  'Stop',
  'StopFailure',
  'TeammateIdle',
  'InstructionsLoaded',
  'ConfigChange',
  'CwdChanged',
  'DirectoryAdded',
  'FileChanged',
  'WorktreeRemove',
  'PreCompact',
  'PostCompact',
  'Elicitation',
  'ElicitationResult',
  'SessionEnd',
] as const;

export interface HookHandler {
  readonly type: 'command';
  readonly command: string;
  readonly [field: string]: unknown;
}

export interface ClaudeWorldOptions {
  /** An empty folder. */
  readonly root: string;
  readonly script: ModelScript;
  readonly files?: Readonly<Record<string, string>>;
  /** Changes the recording hook of an event, e.g. gives it a timeout. */
  readonly handler?: (event: string, plain: HookHandler) => HookHandler;
  /** False: no hooks at all are configured. */
  readonly hooks?: boolean;
}

/** Makes a git repository whose local settings call the recording hook, a home, and a model. */
export async function makeClaudeWorld(options: ClaudeWorldOptions): Promise<ClaudeWorld> {
  const executable = await ensureClaudeCode();
  const repo = join(options.root, 'repo');
  const home = join(options.root, 'home');
  const callsFile = join(options.root, 'calls.jsonl');
  const statusFile = join(options.root, 'status.jsonl');
  const answersFile = join(options.root, 'answers.json');
  mkdirSync(home, { recursive: true });
  makeRepository(repo, { 'README.md': '# Demo\n', ...options.files });
  if (options.hooks !== false) {
    const command = recorderCommand(callsFile, answersFile);
    const handler = options.handler ?? ((_, plain) => plain);
    const settings = { hooks: hookSettings(command, handler), statusLine: statusLine(statusFile) };
    const text = `${JSON.stringify(settings, undefined, 2)}\n`;
    writeFiles(repo, { '.claude/settings.local.json': text });
  }

  const model = await startScriptedClaudeModel(options.script);
  return {
    root: options.root,
    repo,
    home,
    model,
    options: { executable, cwd: repo, home, modelUrl: model.url },
    calls: () => readCalls(callsFile),
    statusLines: () => readLines(statusFile),
    setAnswers: (answers) => writeFileSync(answersFile, JSON.stringify(answers)),
    stop: () => model.stop(),
  };
}

/** The shell command of the recording hook. */
export function recorderCommand(callsFile: string, answersFile: string): string {
  return [process.execPath, recorderPath(), callsFile, answersFile]
    .map((part) => `"${part}"`)
    .join(' ');
}

export function recorderPath(): string {
  return fileURLToPath(new URL('hookRecorder.cjs', import.meta.url));
}

/** Writes files below `folder`, with the folders they need. */
export function writeFiles(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
}

function makeRepository(folder: string, files: Readonly<Record<string, string>>): void {
  const git = (...args: readonly string[]): void => {
    const who = ['-c', 'user.name=Dev', '-c', 'user.email=dev@example.invalid'];
    execFileSync('git', [...who, ...args], { cwd: folder, stdio: 'ignore' });
  };
  writeFiles(folder, files);
  git('init', '--initial-branch=main');
  git('add', '--all');
  git('commit', '--message=Start');
}

function hookSettings(
  command: string,
  handler: (event: string, plain: HookHandler) => HookHandler,
): Record<string, unknown> {
  const groups = claudeHookEvents.map((event) => {
    return [event, [{ hooks: [handler(event, { type: 'command', command })] }]] as const;
  });
  return Object.fromEntries(groups);
}

function statusLine(file: string): Record<string, string> {
  return { type: 'command', command: `cat >> '${file}'; echo >> '${file}'; echo ready` };
}

function readCalls(file: string): HookCall[] {
  return readLines(file).map((line) => {
    const call = JSON.parse(line) as Omit<HookCall, 'payload'>;
    return { ...call, payload: JSON.parse(call.stdin) as HookPayload };
  });
}

function readLines(file: string): string[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
}
