import { execFile } from 'node:child_process';

/** The part of an entry that the demo reads back. */
export interface ListedAgent {
  readonly session_id: string;
  readonly native_actor_key: string | null;
  readonly status: string;
  readonly liveness: string;
}

/** What a command of the CLI came to; a document only when it printed one. */
export interface CliResult {
  readonly exitCode: number;
  readonly document: CliDocument | undefined;
  /** What it said to a person, for a report of a failure. */
  readonly stderr: string;
}

interface CliDocument {
  readonly agent?: ListedAgent;
  readonly agents?: readonly ListedAgent[];
  readonly error?: { readonly code: string; readonly message: string };
}

const timeoutMs = 30_000;

/** Runs the command-line program as any agent would: a process of its own, no shell. */
export class DemoCli {
  constructor(
    /** The built program, a file for node. */
    readonly program: string,
    /** The folder that contains `.heddle`. */
    readonly root: string,
  ) {}

  /** Never rejects: a command that could not be run has the exit code 1 and no document. */
  async run(...args: readonly string[]): Promise<CliResult> {
    const argv = [this.program, ...args, '--root', this.root, '--json'];
    return await new Promise((resolve) => {
      execFile(process.execPath, argv, { timeout: timeoutMs }, (error, stdout, stderr) => {
        const exitCode = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
        resolve({ exitCode, document: parseDocument(stdout), stderr: stderr.trim() });
      });
    });
  }
}

function parseDocument(text: string): CliDocument | undefined {
  try {
    return JSON.parse(text) as CliDocument;
  } catch {
    return undefined; // it ended before it could print anything, which the exit code says
  }
}
