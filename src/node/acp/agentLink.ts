import type { ClientApp, ClientConnection } from '@agentclientprotocol/sdk';
import type { Clock } from '../../base/clock.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import type { AcpAgent } from '../../core/acp/acpAgent.ts';
import type { AuthenticationMethod } from '../../core/acp/authentication.ts';
import { plainTail } from '../../core/acp/plainTail.ts';
import { ExecutionFailure } from '../../core/sessions/failure.ts';
import {
  noAnswer,
  onlyGarbage,
  outputClosed,
  programEnded,
  requestFailure,
} from './acpFailures.ts';
import type { AgentProgram } from './agentProgram.ts';
import { messageStream } from './messageStream.ts';
import { within } from './within.ts';

/** So much that is no message, and not one that is, comes from a program of another kind. */
const maxGarbage = 1000;
const maxGarbageKept = 5;
const garbageLength = 300;
/** A program that has closed its output is about to end. */
const endAfterCloseMs = 2000;

/** What a link needs. */
export interface AgentLinkPorts {
  readonly agent: AcpAgent;
  readonly program: AgentProgram;
  readonly clock: Clock;
  /** Told once, with the first line that is no message. */
  readonly onGarbage: (line: string) => void;
  /** Is given the parameters of each `session/update`, in order. */
  readonly onUpdate: (params: unknown) => void;
}

/** Asks a running agent, and finds out when it cannot answer any more. */
export class AgentLink {
  /** How one can log in, as soon as that is known. */
  methods: readonly AuthenticationMethod[] = [];
  private readonly connection: ClientConnection;
  private readonly garbage: string[] = [];
  private garbageCount = 0;
  private hasAnswered = false;
  private tellGarbage: (failure: ExecutionFailure) => void = () => undefined;
  private readonly isGarbage = new Promise<never>((_, reject) => {
    this.tellGarbage = reject;
  });

  constructor(
    app: ClientApp,
    private readonly ports: AgentLinkPorts,
  ) {
    const { onUpdate, program } = ports;
    const { input, output } = program;
    const onGarbage = (line: string): void => this.noteGarbage(line);
    this.connection = app.connect(messageStream({ input, output, onGarbage, onUpdate }));
    this.isGarbage.catch(() => undefined);
  }

  /**
   * Asks something. @throws ExecutionFailure when the agent refuses, is too slow or has ended
   * @param what for people, such as `session/new`
   */
  async request(
    method: string,
    params: unknown,
    { withinMs }: { readonly withinMs?: number | undefined } = {},
  ): Promise<unknown> {
    const { agent, program, clock } = this.ports;
    let timer: Disposable | undefined;
    const late = new Promise<never>((_, reject) => {
      if (withinMs === undefined) return;
      timer = clock.after(withinMs, () => {
        const { end } = program;
        const facts = { what: method, afterMs: withinMs, end, garbage: this.garbage };
        reject(noAnswer(agent, facts));
      });
    });
    try {
      const answer = this.connection.agent.request(method, params);
      const result = await Promise.race([answer, this.untilEnd(), this.isGarbage, late]);
      this.hasAnswered = true;
      return result;
    } catch (error) {
      if (this.connection.signal.aborted) throw await this.closedFailure(error);
      throw requestFailure(error, method, { agent, methods: this.methods, end: program.end });
    } finally {
      timer?.dispose();
    }
  }

  /** Tells something; nothing when nobody is there any more. */
  notify(method: string, params: unknown): void {
    // An agent that does not read must not keep us.
    this.connection.agent.notify(method, params).catch(() => undefined);
  }

  close(): void {
    this.connection.close();
  }

  private async untilEnd(): Promise<never> {
    const { agent, program } = this.ports;
    const end = await program.ended;
    throw programEnded(agent, { end, garbage: this.garbage });
  }

  private async closedFailure(error: unknown): Promise<ExecutionFailure> {
    if (error instanceof ExecutionFailure) return error;
    const { agent, program } = this.ports;
    const { garbage } = this;
    const end = await within(program.ended, endAfterCloseMs);
    if (end !== undefined) return programEnded(agent, { end, garbage });
    return outputClosed(agent, { end: program.end, garbage });
  }

  private noteGarbage(line: string): void {
    this.garbageCount += 1;
    const { agent, program, onGarbage } = this.ports;
    const text = plainTail(line.slice(0, garbageLength), garbageLength);
    if (this.garbage.length < maxGarbageKept) this.garbage.push(text);
    if (this.garbageCount === 1) onGarbage(text);
    if (this.garbageCount <= maxGarbage || this.hasAnswered) return;
    this.tellGarbage(onlyGarbage(agent, { end: program.end, garbage: this.garbage }));
  }
}
