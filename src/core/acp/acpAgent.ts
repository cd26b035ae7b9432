/** A coding agent that speaks the protocol, and how it is started. */
export interface AcpAgent {
  readonly id: string;
  /** For people, e.g. `Claude Code`. */
  readonly displayName: string;
  /** The absolute path of its program. */
  readonly command: string;
  readonly args: readonly string[];
  /** Added to the environment. */
  readonly env: Readonly<Record<string, string>>;
  /** The name that agents of it have in the registry's `harness` field. */
  readonly registryName: string;
  /** The key in the registry of the agent that is in a conversation of its own id. */
  actorKeyOf(conversationId: string): string;
  /** The mode in which it asks before it changes something, where it has modes. */
  readonly askMode?: string | undefined;
  /** What a person does to log in, a whole sentence. */
  readonly logIn?: string | undefined;
}
