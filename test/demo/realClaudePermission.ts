import type { ClaudeCode } from '../support/agents/claudeCode.ts';

const lookMs = 1000;

/** Says yes to every question whether something may be done, as a person does who was away. */
export function allowAfter(
  claude: Pick<ClaudeCode, 'lines' | 'send'>,
  waitMs: number,
): { stop(): void } {
  const askedAt = new Map<unknown, number>();
  const timer = setInterval(() => {
    const now = Date.now();
    for (const line of claude.lines) {
      if (line.type !== 'control_request') continue;
      const id = line.request_id;
      const since = askedAt.get(id) ?? now;
      askedAt.set(id, since);
      if (now - since < waitMs) continue;
      askedAt.set(id, Number.POSITIVE_INFINITY); // it is answered once
      claude.send(permission(id, line.request));
    }
  }, lookMs);
  return { stop: () => clearInterval(timer) };
}

function permission(id: unknown, request: unknown): Record<string, unknown> {
  const { input } = request as { readonly input: unknown };
  const response = { behavior: 'allow', updatedInput: input };
  return {
    type: 'control_response',
    response: { subtype: 'success', request_id: id, response },
  };
}
