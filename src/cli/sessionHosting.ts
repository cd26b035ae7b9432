import type { PermissionPolicy } from '../core/acp/permissionPolicy.ts';
import { isSessionId } from '../core/agents/sessionId.ts';
import type { SessionParent } from '../core/sessions/sessionSpec.ts';
import type { HeddleRoot } from '../node/heddleRoot.ts';
import { personName } from '../node/personIdentity.ts';
import type { HostProgram } from '../node/sessions/startSessionHost.ts';
import { ownProgram } from './connectionAccess.ts';
import { sessionVariable } from './lockAgent.ts';
import type { AllowedKind } from './sessionFlags.ts';
import type { VerbContext } from './verbContext.ts';

export interface AllowFlags {
  readonly allow?: readonly AllowedKind[] | undefined;
}

/** What an agent may do without a person being asked. */
export function policyOf({ allow = [] }: AllowFlags): PermissionPolicy {
  const rule = (kind: AllowedKind) => (allow.includes(kind) ? 'allow' : 'ask');
  return { edits: rule('edits'), commands: rule('commands') };
}

/** For whom a session works: the agent that calls, else the person. */
export function parentOf({ host }: VerbContext, { root }: Pick<HeddleRoot, 'root'>): SessionParent {
  const sessionId = host.env[sessionVariable] ?? '';
  if (isSessionId(sessionId) && sessionId !== '') return { sessionId };
  return { actorKey: `human:${personName(root)}` };
}

/** With what the hosts of sessions are run. */
export function hostProgram(): HostProgram {
  const { cli, node, code } = ownProgram();
  return { cli, node: node ?? code ?? process.execPath, isElectron: node === undefined };
}
