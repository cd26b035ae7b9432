import { randomBytes, randomUUID } from 'node:crypto';

import type { DemoRole } from './demoCast.ts';

/** The key of a new session of this role, in the form in which its harness writes it. */
export function newActorKey(role: DemoRole, parentKey: string | undefined): string {
  if (role.harness === undefined) return `human:${role.name}`;
  switch (role.harness) {
    case 'claude-code':
      return parentKey?.startsWith('claude-code:') === true
        ? `claude-code:agent:${randomBytes(4).toString('hex')}`
        : `claude-code:session:${randomUUID()}`;
    case 'codex':
      return `codex:thread:${randomUUID()}`;
    case 'opencode':
      return `opencode:session:ses_${randomBytes(12).toString('hex')}`;
  }
}
