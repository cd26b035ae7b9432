import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { SessionHeader, SessionLine } from '../../../../src/core/harness/sessionLine.ts';
import { heddleRootAt, type HeddleRoot } from '../../../../src/node/heddleRoot.ts';
import {
  SessionRecordFile,
  sessionRecordName,
  sessionRecordsFolder,
} from '../../../../src/node/harnessSessions/sessionRecordFile.ts';
import { makeTempFolder, removeTempFolder } from '../../../support/tempFolder.ts';

/** A repository with an empty `.heddle`. */
export class SessionSandbox {
  readonly root = makeTempFolder();
  readonly elsewhere = makeTempFolder();
  readonly location: HeddleRoot = heddleRootAt(this.root);
  readonly folder = sessionRecordsFolder(this.location);

  constructor() {
    mkdirSync(join(this.root, '.heddle', 'file-locks'), { recursive: true });
  }

  /** A new process of a hook, as far as the record is concerned. */
  record(key = 's1'): SessionRecordFile {
    return new SessionRecordFile(this.folder, sessionRecordName('claude-code', key));
  }

  makeFolder(): void {
    mkdirSync(this.folder, { recursive: true });
  }

  dispose(): void {
    removeTempFolder(this.root);
    removeTempFolder(this.elsewhere);
  }
}

export function headerOf(sessionKey: string, known: Partial<SessionHeader> = {}): SessionHeader {
  const entryId = `agent-${sessionKey}`;
  return {
    kind: 'session',
    atMs: 1000,
    harness: 'claude-code',
    sessionKey,
    entryId,
    cwd: '/r',
    ...known,
  };
}

export function toolLine(callId: string, atMs = 2000): SessionLine {
  return { kind: 'tool', atMs, callId, name: 'Edit', does: 'edit', paths: ['x.ts'] };
}

/** A FIFO: whoever opens it waits for the other end. */
export function makeFifo(path: string): void {
  execFileSync('mkfifo', [path]);
}
