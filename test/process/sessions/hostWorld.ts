import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProgressEvent } from '../../../src/core/sessions/progressEvent.ts';
import type { RecordedSession } from '../../../src/core/sessions/recoverSession.ts';
import type { SessionHeader } from '../../../src/core/sessions/sessionHeader.ts';
import type { Observation } from '../../../src/core/sessions/sessionObserver.ts';
import type { RunSpec } from '../../../src/core/sessions/sessionSpec.ts';
import { heddleRootAt } from '../../../src/node/heddleRoot.ts';
import { isProcessGone } from '../../../src/node/processGone.ts';
import { createProcessProbe } from '../../../src/node/processProbe.ts';
import type { AttachedSession } from '../../../src/node/sessions/attachedSession.ts';
import { attachToSession, type AttachOptions } from '../../../src/node/sessions/attachToSession.ts';
import { ownEndpointPlace } from '../../../src/node/sessions/endpointFolder.ts';
import { readRecoveredSession } from '../../../src/node/sessions/endDeadSession.ts';
import { SessionFiles } from '../../../src/node/sessions/jsonlSessionStore.ts';
import { sessionsFolder } from '../../../src/node/sessions/sessionsFolder.ts';
import {
  startSessionHost,
  type StartSessionHostOptions,
} from '../../../src/node/sessions/startSessionHost.ts';
import { watchSession, type WatchOptions } from '../../../src/node/sessions/watchSession.ts';
import { eventually } from '../../support/eventually.ts';
import { scriptPrompt, type ScriptStep } from '../../support/scriptedExecutor.ts';
import { makeTempFolder, removeTempFolder } from '../../support/tempFolder.ts';

/** A root whose sessions are hosted by processes of their own, none of which outlives the test. */
export class HostWorld {
  readonly root = makeTempFolder();
  readonly probe = createProcessProbe();
  readonly folder = sessionsFolder(heddleRootAt(this.root));
  readonly runtime = join(this.root, 'run');
  readonly place = ownEndpointPlace({ XDG_RUNTIME_DIR: this.runtime });
  readonly files = new SessionFiles(this.folder);
  private readonly attachedHere: AttachedSession[] = [];

  constructor(private readonly program: string) {
    mkdirSync(this.runtime, { mode: 0o700 });
  }

  /** What starts a session in which an agent does this. */
  options(steps: readonly ScriptStep[], fields: Partial<RunSpec> = {}): StartSessionHostOptions {
    const spec = { kind: 'run', agent: 'scripted', cwd: this.root } as const;
    return {
      spec: { ...spec, prompt: scriptPrompt(steps), ...fields },
      location: { ...heddleRootAt(this.root), isPresent: true },
      agent: { id: 'scripted', name: 'Scripted', command: 'none', args: [] },
      program: { node: process.execPath, cli: this.program },
      env: { ...process.env, XDG_RUNTIME_DIR: this.runtime },
    };
  }

  start(steps: readonly ScriptStep[]): Promise<string> {
    return startSessionHost(this.options(steps));
  }

  async attach(
    sessionId: string,
    name = 'Ann',
    more: Partial<AttachOptions> = {},
  ): Promise<AttachedSession> {
    const client = { name, kind: 'window', pid: process.pid } as const;
    const place = this.place;
    const attached = await attachToSession(this.folder, { sessionId, client, place, ...more });
    this.attachedHere.push(attached);
    return attached;
  }

  watch(sessionId: string, more: Partial<WatchOptions> = {}): AsyncGenerator<Observation> {
    const { place, probe } = this;
    const client = { name: 'Watcher', kind: 'cli', pid: process.pid } as const;
    return watchSession(this.folder, { sessionId, client, place, probe, ...more });
  }

  /** All events of a session to its end; none may be missing. */
  async course(sessionId: string): Promise<readonly ProgressEvent[]> {
    const events: ProgressEvent[] = [];
    for await (const observation of this.watch(sessionId)) {
      assert.ok(observation.kind === 'event', 'nothing is missing');
      events.push(observation.event);
    }
    return events;
  }

  async stored(sessionId: string): Promise<readonly ProgressEvent[]> {
    const events: ProgressEvent[] = [];
    for await (const event of this.files.history(sessionId, 1)) events.push(event);
    return events;
  }

  async record(sessionId: string): Promise<RecordedSession> {
    const record = await readRecoveredSession(this.files, { sessionId, probe: this.probe });
    assert.ok(record, `${sessionId} is recorded`);
    return record;
  }

  async untilState(sessionId: string, state: string): Promise<RecordedSession> {
    await eventually(
      `${sessionId} is ${state}`,
      async () => (await this.record(sessionId)).state.state === state,
    );
    return this.record(sessionId);
  }

  async pid(sessionId: string): Promise<number> {
    const header = await this.files.header(sessionId);
    assert.ok(header?.host?.pid, 'the host has recorded itself');
    return header.host.pid;
  }

  async kill(sessionId: string): Promise<void> {
    process.kill(await this.pid(sessionId), 'SIGKILL');
  }

  headers(): Promise<readonly SessionHeader[]> {
    if (!existsSync(this.folder)) return Promise.resolve([]);
    const ids = readdirSync(this.folder).filter((name) => name.startsWith('session-'));
    return Promise.all(ids.map((id) => this.files.header(id))).then((headers) =>
      headers.filter((header) => header !== undefined),
    );
  }

  /** Waits until no host is starting that nobody knows of yet. */
  async quiet(): Promise<void> {
    for (let [count, before] = [0, -1]; count !== before;) {
      before = count;
      await new Promise((resolve) => setTimeout(resolve, 2000));
      count = (await this.headers()).length;
    }
  }

  sockets(): readonly string[] {
    const [folder] = readdirSync(this.runtime);
    return folder === undefined ? [] : readdirSync(join(this.runtime, folder));
  }

  hostLog(): string {
    return readFileSync(join(this.folder, 'host.log'), 'utf8');
  }

  async dispose(): Promise<void> {
    await this.killHosts();
    removeTempFolder(this.root);
  }

  /** Ends what still runs, by the ids that the hosts have recorded. */
  protected async killHosts(): Promise<void> {
    for (const attached of this.attachedHere) attached.dispose();
    for (const { host } of await this.headers()) {
      if (host?.pid === undefined || isProcessGone(host.pid)) continue;
      const state = (await this.probe.probe([host.pid])).get(host.pid);
      const isSame = state?.kind === 'running' && state.start === host.processStart;
      if (isSame) process.kill(host.pid, 'SIGKILL');
    }
  }
}

/** A session's course in short. */
export function kindsOf(events: readonly ProgressEvent[]): readonly string[] {
  return events.map((event) =>
    event.kind === 'state-transition' ? `${event.from}>${event.to}` : event.kind,
  );
}

/** Asserts that events are numbered from 1 without gap or duplicate. */
export function assertWhole(events: readonly ProgressEvent[]): void {
  assert.deepEqual(
    events.map(({ sequence }) => sequence),
    events.map((_, i) => i + 1),
  );
}
