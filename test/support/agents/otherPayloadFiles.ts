import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { projectRoot } from '../vscode/projectPaths.ts';
import type { AgentWorld } from './agentWorld.ts';
import { writeJson, type Normalise } from './claudePayloadFiles.ts';
import type { HookCall } from './claudeWorld.ts';

/** Replaces what is different on every machine and in every run, and nothing else. */
export function otherNormaliser(world: AgentWorld): Normalise {
  const uuid = numbered((number) => `00000000-0000-4000-8000-${number.padStart(12, '0')}`);
  const openCodeId = numbered((number) => number.padStart(24, '0'));
  return (text) =>
    text
      .replaceAll(world.repo, '/home/dev/project')
      .replaceAll(world.home, '/home/dev')
      .replaceAll(world.root, '/home/dev/recording')
      .replaceAll(projectRoot, '/home/dev/heddle-agents')
      .replaceAll(process.execPath, '/usr/bin/node')
      .replace(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, uuid)
      .replace(/\b(session-[0-9T-]+-)[0-9a-f]{8}\b/g, (_, start: string) => `${start}00000000`)
      .replace(/\b(call|toolu)_[0-9a-f]{8}_/g, '$1_')
      .replace(
        /\b(ses|msg|prt|evt|per)_([0-9a-f]{12}[0-9A-Za-z]{14})\b/g,
        (_, kind: string, id: string) => `${kind}_${openCodeId(id)}`,
      )
      .replace(/127\.0\.0\.1:\d+/g, '127.0.0.1:4000');
}

/** The calls of one run, and how their events are named. */
export interface OtherRecording {
  readonly name: string;
  readonly calls: readonly HookCall[];
  readonly eventOf: (call: HookCall) => string;
  readonly normalise: Normalise;
}

/** Writes each payload of a recording into a file of its own, and their order into another. */
export async function writeOtherPayloads(folder: string, recording: OtherRecording): Promise<void> {
  removeRecording(folder, recording.name);
  const counts = new Map<string, number>();
  const order: unknown[] = [];
  for (const call of [...recording.calls].sort((a, b) => a.startedAt - b.startedAt)) {
    const event = recording.eventOf(call);
    const count = (counts.get(event) ?? 0) + 1;
    counts.set(event, count);
    const file = `${recording.name}-${event}${count === 1 ? '' : `-${count}`}.json`;
    order.push({ file, event, tool: call.payload.tool_name ?? call.payload.tool });
    await writeJson(join(folder, file), recording.normalise(call.stdin));
  }
  await writeJson(join(folder, `${recording.name}-order.json`), JSON.stringify(order));
}

/** Writes what a hook of each of these events finds around it: environment and ancestors. */
export async function writeOtherSurroundings(
  folder: string,
  recording: OtherRecording & { readonly events: readonly string[]; readonly depth: number },
): Promise<void> {
  const pids = numbered((number) => String(1000 + Number(number)));
  for (const event of recording.events) {
    const call = recording.calls.find((one) => recording.eventOf(one) === event);
    if (call === undefined) throw new Error(`no ${event} was recorded`);
    const { cwd, env, pid } = call;
    // The rest are the programs that started the recording.
    const ancestors = call.ancestors.slice(0, recording.depth);
    const known = [...ancestors.map((ancestor) => ancestor.pid), pid].join('|');
    const text = recording
      .normalise(JSON.stringify({ pid, cwd, env, ancestors }))
      .replace(new RegExp(`\\b(${known})\\b`, 'g'), pids);
    await writeJson(join(folder, `surroundings-${event}.json`), text);
  }
}

/** Copies the transcripts below `source`, line by line as `shorten` leaves them. */
export function writeOtherTranscripts(
  folder: string,
  from: {
    readonly source: string;
    readonly shorten: (line: string) => string;
    /** What a transcript is called here, by its path below `source`. */
    readonly nameOf: (name: string) => string;
    readonly normalise: Normalise;
  },
): void {
  rmSync(folder, { recursive: true, force: true });
  const names = readdirSync(from.source, { recursive: true, encoding: 'utf8' });
  for (const name of names.filter((one) => one.endsWith('.jsonl')).sort()) {
    const lines = readFileSync(join(from.source, name), 'utf8').split('\n');
    const target = join(folder, from.normalise(from.nameOf(name)));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, lines.map(from.shorten).map(from.normalise).join('\n'));
  }
}

function removeRecording(folder: string, scenario: string): void {
  mkdirSync(folder, { recursive: true });
  const isOld = new RegExp(`^${scenario}-([A-Za-z][\\w.]*?(-\\d+)?|order)\\.json$`);
  for (const name of readdirSync(folder).filter((one) => isOld.test(one))) {
    rmSync(join(folder, name));
  }
}

function numbered(write: (number: string) => string): (original: string) => string {
  const seen = new Map<string, string>();
  return (original) => {
    const placeholder = seen.get(original) ?? write(String(seen.size + 1));
    seen.set(original, placeholder);
    return placeholder;
  };
}
