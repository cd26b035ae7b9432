import type { ToolCallChange } from '../sessions/agentUpdate.ts';
import { present } from '../sessions/fieldReaders.ts';
import {
  maxAnswerIdLength,
  optionKinds,
  type OptionKind,
  type PauseOption,
} from '../sessions/pause.ts';
import type { QueryAnswer } from '../sessions/resumePayload.ts';
import { toToolCallChange } from './acpUpdate.ts';
import { listOf, tableOf, textOf, wordOf } from './wireFields.ts';

/** What an agent wants to be allowed to do. */
export interface PermissionRequest {
  readonly call: ToolCallChange;
  /** Each id once, in the order of the agent. */
  readonly options: readonly PauseOption[];
}

/** The answer to it, in the words of the protocol. */
export type PermissionOutcome =
  { readonly outcome: 'cancelled' } | { readonly outcome: 'selected'; readonly optionId: string };

/** The answer that allows and rejects nothing. */
export const cancelledOutcome: PermissionOutcome = { outcome: 'cancelled' };

const maxOptions = 100;
const maxLabelLength = 500;

/** A permission request out of a message; undefined when it names no tool call or offers nothing. */
export function toPermissionRequest(value: unknown): PermissionRequest | undefined {
  const fields = tableOf(value);
  const call = toToolCallChange(fields.toolCall);
  const options = new Map<string, PauseOption>();
  for (const each of listOf(fields.options, maxOptions)) {
    const option = toOption(each);
    if (option && !options.has(option.id)) options.set(option.id, option);
  }
  if (call === undefined || options.size === 0) return undefined;
  return { call, options: [...options.values()] };
}

function toOption(value: unknown): PauseOption | undefined {
  const { optionId: id, name, kind } = tableOf(value);
  if (typeof id !== 'string' || id === '' || id.length > maxAnswerIdLength) return undefined;
  const label = textOf(name, maxLabelLength) ?? id;
  return present({ id, label, kind: wordOf(kind, optionKinds) });
}

/** The first option of a kind. */
export function optionOf(
  { options }: Pick<PermissionRequest, 'options'>,
  kind: OptionKind,
): PauseOption | undefined {
  return options.find((option) => option.kind === kind);
}

/** The answer that rejects this once: with the option for it, else without any. */
export function rejection(request: Pick<PermissionRequest, 'options'>): PermissionOutcome {
  const option = optionOf(request, 'reject-once');
  return option ? { outcome: 'selected', optionId: option.id } : cancelledOutcome;
}

/** What a person or a policy decided about a request. */
export interface PermissionDecision {
  readonly outcome: PermissionOutcome;
  readonly isAllowed: boolean;
  /** True when whatever is of this kind shall be allowed from now on. */
  readonly isForGood: boolean;
}

/**
 * What an answer means for the agent. An answer that allows edits for good is given to the agent as one
 * that allows this edit, so that it goes on asking and files that others hold stay theirs.
 */
export function decisionOf(
  request: PermissionRequest,
  answer: QueryAnswer,
  { isEdit }: { readonly isEdit: boolean },
): PermissionDecision {
  const chosen =
    answer.kind === 'option' ? request.options.find(({ id }) => id === answer.optionId) : undefined;
  if (chosen === undefined) {
    return { outcome: rejection(request), isAllowed: false, isForGood: false };
  }
  const isRejected = chosen.kind === 'reject-once' || chosen.kind === 'reject-always';
  const isForGood = chosen.kind === 'allow-always';
  const once = isEdit && isForGood ? optionOf(request, 'allow-once') : undefined;
  const optionId = (once ?? chosen).id;
  return { outcome: { outcome: 'selected', optionId }, isAllowed: !isRejected, isForGood };
}
