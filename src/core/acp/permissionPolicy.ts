import type { ToolKind } from '../sessions/agentUpdate.ts';
import { isOwnTool } from './ownTools.ts';
import { optionOf, type PermissionOutcome, type PermissionRequest } from './permissionRequest.ts';

/** Whether a person is asked before an agent does something of a kind. */
export type PermissionRule = 'ask' | 'allow';

/** What agents may do without a person being asked. */
export interface PermissionPolicy {
  /** Changing, deleting and moving files of the repository that nobody else holds. */
  readonly edits: PermissionRule;
  /** Running commands. */
  readonly commands: PermissionRule;
}

/** A person is asked whenever the agent asks. */
export const defaultPermissionPolicy: PermissionPolicy = { edits: 'ask', commands: 'ask' };

/** What the policy is asked about. */
export interface PolicyQuestion {
  readonly toolKind: ToolKind;
  /** As the agent shows the call. */
  readonly title?: string | undefined;
  readonly request: PermissionRequest;
}

/**
 * What the policy answers, undefined when a person is to be asked, as nobody is about our own tools. It
 * only ever allows this once: what is allowed for good would be out of its sight.
 */
export function policyOutcome(
  { toolKind, title = '', request }: PolicyQuestion,
  policy: PermissionPolicy,
): PermissionOutcome | undefined {
  const rule = toolKind === 'other' && isOwnTool(title) ? 'allow' : ruleFor(toolKind, policy);
  const option = rule === 'allow' ? optionOf(request, 'allow-once') : undefined;
  return option && { outcome: 'selected', optionId: option.id };
}

function ruleFor(toolKind: ToolKind, { edits, commands }: PermissionPolicy): PermissionRule {
  switch (toolKind) {
    case 'edit':
    case 'delete':
    case 'move':
      return edits;
    case 'execute':
      return commands;
    default:
      return 'ask';
  }
}
