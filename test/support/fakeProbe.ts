import type { HostIdentity, ProcessProbe, ProcessState } from '../../src/core/agents/liveness.ts';

/** A machine whose processes are what a test says; every other process is gone. */
export class FakeProbe implements ProcessProbe {
  identity: HostIdentity = { bootId: 'this-boot', pidNamespace: undefined };
  /** What the next looks at processes fail with, if anything. */
  failure: Error | undefined;
  /** The process ids of each look, in order. */
  readonly looks: (readonly number[])[] = [];
  private readonly states = new Map<number, ProcessState>();

  host(): Promise<HostIdentity> {
    return Promise.resolve(this.identity);
  }

  probe(pids: readonly number[]): Promise<ReadonlyMap<number, ProcessState>> {
    this.looks.push(pids);
    if (this.failure) return Promise.reject(this.failure);
    return Promise.resolve(new Map(pids.map((pid) => [pid, this.states.get(pid) ?? gone])));
  }

  run(pid: number, { start, startedAtMs }: Partial<RunningProcess> = {}): void {
    this.states.set(pid, { kind: 'running', start, startedAtMs });
  }

  end(pid: number): void {
    this.states.delete(pid);
  }
}

interface RunningProcess {
  readonly start: string | undefined;
  readonly startedAtMs: number | undefined;
}

const gone: ProcessState = { kind: 'gone' };
