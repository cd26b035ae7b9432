import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { format } from 'prettier';

import { projectRoot } from '../vscode/projectPaths.ts';
import type { ClaudeWorld, HookCall } from './claudeWorld.ts';

/** Replaces what is different on every machine and in every run, and nothing else. */
export type Normalise = (text: string) => string;

/** The same id gets the same placeholder throughout one recording. */
export function normaliserFor(world: ClaudeWorld): Normalise {
  const uuid = numbered((number) => `00000000-0000-4000-8000-${number.padStart(12, '0')}`);
  const agentId = numbered((number) => `a${number.padStart(16, '0')}`);
  const dashed = (path: string): string => path.replace(/[^a-zA-Z0-9]/g, '-');
  return (text) =>
    text
      .replaceAll(world.repo, '/home/dev/project')
      .replaceAll(dashed(world.repo), '-home-dev-project')
      .replaceAll(world.home, '/home/dev')
      .replaceAll(world.root, '/home/dev/recording')
      .replaceAll(projectRoot, '/home/dev/heddle-agents')
      .replaceAll(process.execPath, '/usr/bin/node')
      .replace(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, uuid)
      .replace(/\ba[0-9a-f]{16}\b/g, agentId)
      .replace(/\b(toolu|msg)_[0-9a-f]{8}_/g, '$1_')
      .replace(/\b(CLAUDE_CODE_MESSAGING_TOKEN":")[0-9a-f]+/g, '$1not-kept')
      .replace(/127\.0\.0\.1:\d+/g, '127.0.0.1:4000')
      .replace(/\/tmp\/claude-\d+\//g, '/tmp/claude-1000/');
}

/** Writes each payload of a recording into a file of its own, and their order into another. */
export async function writePayloads(
  folder: string,
  recording: {
    readonly name: string;
    readonly calls: readonly HookCall[];
    readonly normalise: Normalise;
  },
): Promise<void> {
  const counts = new Map<string, number>();
  const order: unknown[] = [];
  for (const call of [...recording.calls].sort((a, b) => a.startedAt - b.startedAt)) {
    const { hook_event_name: event, tool_name: tool, agent_id: agentId } = call.payload;
    const count = (counts.get(event) ?? 0) + 1;
    counts.set(event, count);
    const file = `${recording.name}-${event}${count === 1 ? '' : `-${count}`}.json`;
    const agent = agentId === undefined ? undefined : recording.normalise(agentId);
    order.push({ file, event, tool, agent });
    await writeJson(join(folder, file), recording.normalise(call.stdin));
  }
  await writeJson(join(folder, `${recording.name}-order.json`), JSON.stringify(order));
}

/** Writes what a hook finds around it: environment and ancestors, once for some events. */
export async function writeSurroundings(
  folder: string,
  recording: { readonly calls: readonly HookCall[]; readonly normalise: Normalise },
): Promise<void> {
  const firsts = new Map(
    [...recording.calls].reverse().map((call) => [call.payload.hook_event_name, call]),
  );
  const pids = numbered((number) => String(1000 + Number(number)));
  for (const event of ['SessionStart', 'PreToolUse', 'SessionEnd']) {
    const call = firsts.get(event);
    if (call === undefined) throw new Error(`no ${event} was recorded`);
    const { cwd, env } = call;
    // The rest are the programs that started the recording.
    const ancestors = call.ancestors.slice(0, 2);
    const known = [...ancestors.map(({ pid }) => pid), call.pid].join('|');
    const text = recording
      .normalise(JSON.stringify({ pid: call.pid, cwd, env, ancestors }))
      .replace(new RegExp(`\\b(${known})\\b`, 'g'), pids);
    await writeJson(join(folder, `surroundings-${event}.json`), text);
  }
}

/** Copies a session's transcript and those of its subagents. */
export async function writeTranscript(
  folder: string,
  recording: { readonly world: ClaudeWorld; readonly normalise: Normalise },
): Promise<void> {
  const { world, normalise } = recording;
  const start = world.calls().find((call) => call.payload.hook_event_name === 'SessionStart');
  if (start === undefined) throw new Error('no SessionStart was recorded');
  const source = dirname(start.payload.transcript_path);
  for (const name of readdirSync(source, { recursive: true, encoding: 'utf8' }).sort()) {
    const text = (): string => readFileSync(join(source, name), 'utf8');
    const target = join(folder, normalise(name));
    if (name.endsWith('.jsonl')) {
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, text().split('\n').map(withoutPrompts).map(normalise).join('\n'));
    } else if (name.endsWith('.json')) {
      await writeJson(target, normalise(text()));
    }
  }
  const expected = world.model.answered.map(({ request, messageId, usage }) => {
    return { messageId, agentId: request.agentId, usage };
  });
  await writeJson(join(folder, 'expected-usage.json'), normalise(JSON.stringify(expected)));
}

/** The program's own prompts and tool descriptions are long and not ours to keep. */
function withoutPrompts(line: string): string {
  if (line === '') return line;
  const entry = JSON.parse(line) as { readonly type: string; readonly [field: string]: unknown };
  if (entry.type === 'attachment') {
    const { type } = entry.attachment as { readonly type: string };
    return JSON.stringify({ ...entry, attachment: { type }, rendered: undefined });
  }
  if (entry.type === 'api-request-shape') return JSON.stringify({ ...entry, shape: {} });
  if (entry.type === 'api-request-blob') return JSON.stringify({ ...entry, message: {} });
  return line;
}

/** Writes JSON as the project formats it. */
export async function writeJson(file: string, text: string): Promise<void> {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, await format(text, { parser: 'json', printWidth: 100 }));
}

function numbered(write: (number: string) => string): (original: string) => string {
  const seen = new Map<string, string>();
  return (original) => {
    const placeholder = seen.get(original) ?? write(String(seen.size + 1));
    seen.set(original, placeholder);
    return placeholder;
  };
}
