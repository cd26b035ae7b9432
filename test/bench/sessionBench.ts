import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import type { ProgressEvent } from '../../src/core/sessions/progressEvent.ts';
import { addToTranscript, beginTranscript } from '../../src/presentation/sessions/transcript.ts';
import { buildChildProgram } from '../support/childProgram.ts';
import { atMost, median, reported, type Figure } from './figures.ts';
import { cliProgram, memoryOf, pause, SessionRoot, type Told } from './sessionRoot.ts';

const updates = 10_000;
const manySessions = 20;
const startRounds = 11;
const windUpMs = 1000;

/** What a session costs: one that is flooded, many at once, and the start of one. */
export async function benchSessions(): Promise<readonly Figure[]> {
  const source = pathToFileURL(resolve('test/bench/floodingAgent.ts'));
  const agent = await buildChildProgram(source);
  const root = await SessionRoot.make(agent);
  try {
    return [
      // First, while nothing of the others winds up.
      ...(await benchStart(root, agent)),
      ...(await benchFlood(root)),
      ...(await benchMemory(root)),
      ...(await benchMany(root)),
    ];
  } finally {
    await root.dispose();
  }
}

/** Three observe: a window that shows it, the command line, and a client in this process. */
async function benchFlood(root: SessionRoot): Promise<readonly Figure[]> {
  const gate = root.path('flood');
  const sessionId = await root.start({ updates, bytes: 20, gate });
  const window = await openWindow(root, sessionId);
  const printed = printedSequences(root, sessionId);
  const watched = root.watch(sessionId);
  const idle = await openIdle(root);
  await pause(1000);
  const startMs = performance.now();
  writeFileSync(gate, '');
  const told = await watched;
  const durationMs = performance.now() - startMs;
  expectFlood(told, updates);
  const lost = told.missed + missingIn(await printed, told.events.length);
  const { stopMs, workMs, entries = 0 } = await window.end();
  const expected = await expectedEntries(root, sessionId, told.events);
  const idleMs = (await idle.end()).stopMs;
  return [
    reported(`session: ${updates} updates to 3 observers`, durationMs, 'ms'),
    atMost('  events that one of them was not told', lost, 0, 'events'),
    atMost('  entries that the window does not show', Math.abs(expected - entries), 0, 'entries'),
    atMost('  longest work of the window without a pause', workMs, 20, 'ms'),
    reported('  longest stop of its loop, processor waits included', stopMs, 'ms'),
    reported('  the same of a process that does nothing', idleMs, 'ms'),
  ];
}

interface WindowReport {
  /** The longest time between two turns of its loop. */
  readonly stopMs: number;
  /** The most that its own thread worked in one of these. */
  readonly workMs: number;
  readonly entries?: number;
}

interface Measured {
  end(): Promise<WindowReport>;
}

async function openWindow(root: SessionRoot, sessionId: string): Promise<Measured> {
  const script = resolve('test/bench/sessionWindow.cjs');
  return measured(root.spawn([script, root.root, sessionId]));
}

/** Says what the machine does to the loop of a process that does nothing. */
async function openIdle(root: SessionRoot): Promise<Measured> {
  return measured(root.spawn([resolve('test/bench/loopStops.cjs')]));
}

/** A process that says one line when it is ready, and what it has measured when its input ends. */
async function measured(child: ReturnType<SessionRoot['spawn']>): Promise<Measured> {
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  await lines.next();
  return {
    end: async () => {
      child.stdin.end();
      const line: IteratorResult<string, unknown> = await lines.next();
      return JSON.parse(String(line.value)) as WindowReport;
    },
  };
}

/** The numbers of the events that the command line prints. */
async function printedSequences(root: SessionRoot, sessionId: string): Promise<readonly number[]> {
  const args = [cliProgram, 'session', 'watch', sessionId, '--json', '--root', root.root];
  const child = root.spawn(args);
  const sequences: number[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    const { event } = JSON.parse(line) as { readonly event?: { readonly sequence: number } };
    if (event) sequences.push(event.sequence);
  }
  return sequences;
}

function missingIn(sequences: readonly number[], count: number): number {
  const seen = new Set(sequences);
  return Array.from({ length: count }, (_, i) => i + 1).filter((each) => !seen.has(each)).length;
}

async function expectedEntries(
  root: SessionRoot,
  sessionId: string,
  events: readonly ProgressEvent[],
): Promise<number> {
  const header = await root.files.header(sessionId);
  if (header === undefined) throw new Error(`${sessionId} has no header`);
  let transcript = beginTranscript(header);
  for (const event of events) transcript = addToTranscript(transcript, event);
  return transcript.entries.length + transcript.droppedEntries;
}

function expectFlood({ events }: Told, count: number): void {
  const told = events.filter(
    (event) => event.kind === 'update' && event.update.kind !== 'other',
  ).length;
  if (told === count) return;
  const end = JSON.stringify(events.at(-1)).slice(0, 500);
  throw new Error(`${told} of ${count} updates were told; it ended with ${end}`);
}

const largeBytes = 8_000;

/** What the host takes for one who observes and does not read, beyond what it takes without. */
async function benchMemory(root: SessionRoot): Promise<readonly Figure[]> {
  const [without, unread]: [number[], number[]] = [[], []];
  for (let round = 0; round < 3; round += 1) {
    without.push(await peakOf(root, { round, isUnread: false }));
    unread.push(await peakOf(root, { round, isUnread: true }));
  }
  const told = (updates * largeBytes) / 1e6;
  return [
    reported(`session: ${told} MB told, memory of the host`, median(without), 'MB'),
    atMost(
      '  more with one who observes and reads nothing',
      Math.max(0, median(unread) - median(without)),
      32,
      'MB',
    ),
  ];
}

async function peakOf(
  root: SessionRoot,
  { round, isUnread }: { readonly round: number; readonly isUnread: boolean },
): Promise<number> {
  const gate = root.path(`large-${round}-${String(isUnread)}`);
  const sessionId = await root.start({ updates, bytes: largeBytes, gate });
  const pid = await root.hostPid(sessionId);
  const socket = isUnread ? await observeUnread(root, sessionId) : undefined;
  await pause(500);
  writeFileSync(gate, '');
  expectFlood(await root.watch(sessionId), updates);
  const { peakMb } = memoryOf(pid);
  socket?.destroy();
  return peakMb;
}

async function observeUnread(root: SessionRoot, sessionId: string): Promise<Socket> {
  const { endpoint, token } = root.address(sessionId);
  const socket = connect(endpoint);
  await once(socket, 'connect');
  socket.pause();
  const client = { name: 'Silent', kind: 'cli', pid: process.pid };
  const requests = [
    ['hello', { token, client }],
    ['observe', { fromSequence: 1 }],
  ] as const;
  for (const [id, [method, params]] of requests.entries()) {
    const body = JSON.stringify({ jsonrpc: '2.0', id, method, params });
    socket.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }
  return socket;
}

async function benchMany(root: SessionRoot): Promise<readonly Figure[]> {
  const gate = root.path('many');
  const startMs = performance.now();
  const ids = await Promise.all(
    Array.from({ length: manySessions }, () => root.start({ updates: 500, bytes: 100, gate })),
  );
  const isBegun = (event: ProgressEvent): boolean =>
    event.kind === 'update' && event.update.kind === 'other' && event.update.name !== 'agent-entry';
  await Promise.all(ids.map((id) => root.watch(id, isBegun)));
  const startedMs = performance.now() - startMs;
  const pids = await Promise.all(ids.map((id) => root.hostPid(id)));
  const restMb = sum(pids.map((pid) => memoryOf(pid).nowMb));
  writeFileSync(gate, '');
  const courses = await Promise.all(ids.map((id) => root.watch(id)));
  const doneMs = performance.now() - startMs;
  for (const course of courses) expectFlood(course, 500);
  const peakMb = sum(pids.map((pid) => memoryOf(pid).peakMb));
  const undone = courses.filter(({ events }) => {
    const end = events.at(-1);
    return end?.kind !== 'state-transition' || end.outcome?.state !== 'done';
  }).length;
  return [
    atMost(`${manySessions} sessions at once: not done`, undone, 0, 'of 20'),
    reported('  until all agents are at work', startedMs, 'ms'),
    reported('  until all have told 500 updates and are done', doneMs, 'ms'),
    reported('  memory of all hosts, at work', restMb, 'MB'),
    reported('  the most that all hosts had', peakMb, 'MB'),
  ];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** From the start to the first word of the agent, with a host and without one, in turn. */
async function benchStart(root: SessionRoot, agent: string): Promise<readonly Figure[]> {
  const [bare, first, hosted]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round < startRounds; round += 1) {
    bare.push(await bareStart(root, agent));
    const startMs = performance.now();
    const sessionId = await root.start({ updates: 1, bytes: 0 });
    await root.watch(sessionId, () => true);
    first.push(performance.now() - startMs);
    await root.watch(sessionId, ({ kind }) => kind === 'state-transition');
    // What the one before still winds up is not part of a start.
    await pause(windUpMs);
    const again = performance.now();
    const next = await root.start({ updates: 1, bytes: 0 });
    await root.watch(next, isWord);
    hosted.push(performance.now() - again);
    await root.watch(next);
    await pause(windUpMs);
  }
  return [
    reported('session: start of the agent alone', median(bare), 'ms'),
    reported('  spawn → first event of the session', median(first), 'ms'),
    reported('  spawn → first word of the agent', median(hosted), 'ms'),
    atMost('  of that beyond the agent alone', median(hosted) - median(bare), 150, 'ms'),
  ];
}

function isWord(event: ProgressEvent): boolean {
  return event.kind === 'update' && event.update.kind === 'message-chunk';
}

/** The same agent with the least that speaks to it. */
async function bareStart(root: SessionRoot, agent: string): Promise<number> {
  const startMs = performance.now();
  const child = spawn(process.execPath, [agent], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ask = (id: number, method: string, params: unknown): void => {
    child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
  };
  const prompt = [{ type: 'text', text: JSON.stringify({ updates: 1, bytes: 0 }) }];
  ask(0, 'initialize', { protocolVersion: 1, clientCapabilities: {} });
  for await (const line of createInterface({ input: child.stdout })) {
    const { id, method } = JSON.parse(line) as { readonly id?: number; readonly method?: string };
    if (method === 'session/update') break;
    if (id === 0) ask(1, 'session/new', { cwd: root.root, mcpServers: [] });
    if (id === 1) ask(2, 'session/prompt', { sessionId: 'flooding-1', prompt });
  }
  const ms = performance.now() - startMs;
  child.stdin.end();
  await once(child, 'close');
  return ms;
}
