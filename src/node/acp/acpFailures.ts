import { RequestError } from '@agentclientprotocol/sdk';
import type { AcpAgent } from '../../core/acp/acpAgent.ts';
import { authenticationNeeded, type AuthenticationMethod } from '../../core/acp/authentication.ts';
import { plainTail } from '../../core/acp/plainTail.ts';
import { tableOf } from '../../core/acp/wireFields.ts';
import { ExecutionFailure, type ProcessEnd } from '../../core/sessions/failure.ts';

const authenticationRequired = -32_000;
/** Errors of the protocol itself: the agent did not understand us. */
const protocolCodes = [-32_700, -32_600, -32_601, -32_602];
const maxMessageLength = 2000;

/** What is known when something fails. */
export interface FailureFacts {
  readonly agent: AcpAgent;
  readonly methods: readonly AuthenticationMethod[];
  readonly end: ProcessEnd;
}

/** What an agent answered instead of doing what it was asked, as a failure of the execution. */
export function requestFailure(
  error: unknown,
  what: string,
  { agent, methods, end }: FailureFacts,
): ExecutionFailure {
  if (error instanceof ExecutionFailure) return error;
  const { stderrTail } = end;
  const process = stderrTail === undefined ? undefined : { stderrTail };
  const options = { cause: error };
  if (!(error instanceof RequestError)) {
    const text = `${agent.displayName}: ${what} failed: ${messageOf(error)}`;
    return new ExecutionFailure('engine-error', text, process, options);
  }
  if (error.code === authenticationRequired) {
    const text = authenticationNeeded(agent, methods);
    return new ExecutionFailure('agent-error', text, process, options);
  }
  const kind = protocolCodes.includes(error.code) ? 'protocol-error' : 'agent-error';
  const text = `${agent.displayName} refused (${what}): ${messageOf(error)}`;
  return new ExecutionFailure(kind, text, process, options);
}

/** The program ended while it still had something to do. */
export function programEnded(
  agent: AcpAgent,
  { end, garbage }: { readonly end: ProcessEnd; readonly garbage: readonly string[] },
): ExecutionFailure {
  const how =
    end.signal === undefined
      ? `with exit code ${end.exitCode ?? 'unknown'}`
      : `by the signal ${end.signal}`;
  const text = `${agent.displayName} ended in the middle of its work, ${how}.`;
  return new ExecutionFailure('agent-error', withGarbage(text, garbage), end);
}

/** The agent did not answer in time. */
export function noAnswer(
  agent: AcpAgent,
  {
    what,
    afterMs,
    end,
    garbage,
  }: {
    readonly what: string;
    readonly afterMs: number;
    readonly end: ProcessEnd;
    readonly garbage: readonly string[];
  },
): ExecutionFailure {
  const seconds = Math.round(afterMs / 100) / 10;
  const text = `${agent.displayName} did not answer within ${seconds} s (${what}).`;
  return new ExecutionFailure('timeout', withGarbage(text, garbage), end);
}

/** The agent writes, but not the protocol. */
export function onlyGarbage(
  agent: AcpAgent,
  { end, garbage }: { readonly end: ProcessEnd; readonly garbage: readonly string[] },
): ExecutionFailure {
  const text = `${agent.displayName} does not speak the Agent Client Protocol.`;
  return new ExecutionFailure('protocol-error', withGarbage(text, garbage), end);
}

function withGarbage(text: string, garbage: readonly string[]): string {
  const [first] = garbage;
  return first === undefined
    ? text
    : `${text} It wrote what is no message: ${JSON.stringify(first)}`;
}

/** Agents put what went wrong into `data`, where the message says only "Internal error". */
function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const data = error instanceof RequestError ? error.data : undefined;
  const { details, message: detail } = tableOf(data);
  const more = [details, detail, data].find((each): each is string => typeof each === 'string');
  const text = more === undefined || more === message ? message : `${message}: ${more}`;
  return plainTail(text.slice(0, maxMessageLength), maxMessageLength);
}

/** The agent can say nothing any more, but goes on. */
export function outputClosed(
  agent: AcpAgent,
  { end, garbage }: { readonly end: ProcessEnd; readonly garbage: readonly string[] },
): ExecutionFailure {
  const text = `${agent.displayName} closed its output in the middle of its work.`;
  return new ExecutionFailure('protocol-error', withGarbage(text, garbage), end);
}
