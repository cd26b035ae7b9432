/** What a hook says to its agent. Each harness has its own form for it. */
export type HookDecision =
  /** Nothing is said, and nothing stands in the way. */
  | { readonly kind: 'nothing' }
  /** The tool call must not be carried out; the reason is for the model. */
  | { readonly kind: 'refuse'; readonly reason: string }
  /** The call goes on, and the model is told something. */
  | { readonly kind: 'tell'; readonly text: string }
  /** Whoever the agent is in the registry, for what it starts. Said where its harness has no file for it. */
  | { readonly kind: 'identify'; readonly sessionId: string }
  /** The call goes on with other arguments. */
  | { readonly kind: 'replace-input'; readonly input: Readonly<Record<string, unknown>> };

export const nothingToSay: HookDecision = { kind: 'nothing' };
