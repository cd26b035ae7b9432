import type { AgentUpdate, ToolCall, ToolCallChange } from '../sessions/agentUpdate.ts';
import { present } from '../sessions/fieldReaders.ts';
import { wholeCall } from './acpUpdate.ts';

/** Older calls are forgotten. */
const maxCalls = 1000;

/** The tool calls of a turn as they are now: each update tells only what is new. */
export class ToolCallBook {
  private readonly calls = new Map<string, ToolCall>();

  /** The call that an update is about, as it is after it; undefined for other updates. */
  note(update: AgentUpdate): ToolCall | undefined {
    if (update.kind !== 'tool-call' && update.kind !== 'tool-call-update') return undefined;
    return this.apply(update.call);
  }

  /** Takes in what is new of a call, which need not be known. */
  apply(change: ToolCallChange): ToolCall {
    const known = this.calls.get(change.callId);
    const call = known === undefined ? wholeCall(change) : { ...known, ...present(change) };
    this.calls.delete(call.callId);
    this.calls.set(call.callId, call as ToolCall);
    const oldest = this.calls.keys().next();
    if (this.calls.size > maxCalls && oldest.done !== true) this.calls.delete(oldest.value);
    return call as ToolCall;
  }
}
