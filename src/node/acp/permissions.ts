import { RequestError } from '@agentclientprotocol/sdk';
import { changesFiles, editedPaths } from '../../core/acp/editedPaths.ts';
import { policyOutcome, type PermissionPolicy } from '../../core/acp/permissionPolicy.ts';
import {
  cancelledOutcome,
  decisionOf,
  rejection,
  toPermissionRequest,
  type PermissionDecision,
  type PermissionOutcome,
  type PermissionRequest,
} from '../../core/acp/permissionRequest.ts';
import { tableOf } from '../../core/acp/wireFields.ts';
import type { ToolCallBook } from '../../core/acp/toolCallBook.ts';
import type { ToolCall } from '../../core/sessions/agentUpdate.ts';
import { AskRefused, type ExecutionControl } from '../../core/sessions/sessionExecutor.ts';
import { boundedCall, withShortTexts } from './boundedUpdate.ts';
import type { EditWatch } from './editWatch.ts';
import type { SessionLocks, Taking } from './sessionLocks.ts';

/** What answering permission requests needs. */
export interface PermissionsPorts {
  readonly control: Pick<ExecutionControl, 'ask'>;
  readonly calls: ToolCallBook;
  readonly locks: SessionLocks;
  readonly watch: EditWatch;
  readonly policy: PermissionPolicy;
  readonly failClosed: boolean;
  /** Tells those who watch why an edit was refused. */
  readonly onRefused: (reason: string) => void;
}

/** The answer to a request, with the reason for agents that look for one. */
export interface PermissionAnswer {
  readonly outcome: PermissionOutcome;
  readonly _meta?: { readonly 'heddle-agents/reason': string };
}

/**
 * Answers what an agent asks to be allowed. Files that others hold are refused at once; files that are
 * free are taken for the agent, and then the policy or the person decides.
 */
export class Permissions {
  private policy: PermissionPolicy;

  constructor(private readonly ports: PermissionsPorts) {
    this.policy = ports.policy;
  }

  /** @throws RequestError for what is no request */
  async answer(params: unknown, withdrawn: AbortSignal): Promise<PermissionAnswer> {
    const { toolCall, ...fields } = tableOf(params);
    const request = toPermissionRequest({ ...fields, toolCall: withShortTexts(toolCall) });
    if (request === undefined) throw RequestError.invalidParams();
    const call = this.ports.calls.apply(boundedCall(request.call));
    try {
      return changesFiles(call)
        ? await this.answerEdit({ request, call, withdrawn })
        : { outcome: (await this.decide({ request, call, withdrawn })).outcome };
    } catch (error) {
      if (error instanceof AskRefused) return { outcome: cancelledOutcome };
      throw error;
    }
  }

  private async answerEdit(asked: Asked): Promise<PermissionAnswer> {
    const { request, call } = asked;
    const { locks, watch } = this.ports;
    // What was noticed of the call before may still be on its way to the locks.
    await watch.settled();
    const before = await this.take(call);
    if (before.kind === 'gone') return { outcome: cancelledOutcome };
    if (before.kind === 'refused') return this.refuse(request, before.reason);
    const isCertain = before.kind === 'taken' && before.isComplete;
    const fresh = before.kind === 'taken' ? [...before.fresh, ...watch.takenFor(call.callId)] : [];
    let decision: PermissionDecision | undefined;
    try {
      decision = await this.decide({ ...asked, isCertain });
    } finally {
      // Also when nobody answered: the edit is not made then.
      if (decision?.isAllowed !== true) await locks.giveBack(fresh).catch(() => undefined);
    }
    if (!decision.isAllowed) return { outcome: decision.outcome };
    // The answer may have taken long enough for the locks to be lost.
    const after = await this.take(call);
    if (after.kind === 'refused') return this.refuse(request, after.reason);
    if (decision.isForGood) this.policy = { ...this.policy, edits: 'allow' };
    watch.noteAllowed(call.callId);
    return { outcome: decision.outcome };
  }

  private async take(call: ToolCall): Promise<Taking> {
    // Whole folders can be deleted and moved, but not edited.
    const options = { areFolders: call.toolKind !== 'edit' };
    const taking = await this.ports.locks.take(editedPaths(call), options);
    if (taking.kind !== 'unknown' || !this.ports.failClosed) return taking;
    const reason = `Nobody could look whether the files are free: ${taking.problem}`;
    return { kind: 'refused', reason };
  }

  private async decide({
    request,
    call,
    withdrawn,
    isCertain = true,
  }: Asked & { readonly isCertain?: boolean }): Promise<PermissionDecision> {
    const outcome = isCertain
      ? policyOutcome({ toolKind: call.toolKind, title: call.title, request }, this.policy)
      : undefined;
    if (outcome) return { outcome, isAllowed: true, isForGood: false };
    const { title, callId } = call;
    const text = title === '' ? `The agent asks for permission (${callId}).` : title;
    const question = {
      text,
      options: request.options,
      subject: { kind: 'tool-call' as const, call },
    };
    const [answer] = await this.ports.control.ask([question], { withdrawn });
    const response = answer?.response ?? { kind: 'declined' as const };
    return decisionOf(request, response, { isEdit: changesFiles(call) });
  }

  private refuse(request: PermissionRequest, reason: string): PermissionAnswer {
    this.ports.onRefused(reason);
    return { outcome: rejection(request), _meta: { 'heddle-agents/reason': reason } };
  }
}

interface Asked {
  readonly request: PermissionRequest;
  readonly call: ToolCall;
  readonly withdrawn: AbortSignal;
}
