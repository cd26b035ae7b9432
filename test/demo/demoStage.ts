/** Where the demo takes place. Every agent process gets it from the one that starts it. */
export interface DemoStage {
  /** The bundled program of an agent, a file for node. */
  readonly agentProgram: string;
  /** The built `heddle-agents`, a file for node. */
  readonly cli: string;
  /** The main checkout, which holds the registry. */
  readonly repository: string;
  readonly worktree: string;
}
