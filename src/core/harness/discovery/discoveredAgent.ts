import type { HarnessId } from '../harnessEvent.ts';

/**
 * An agent that was seen at work in a repository and did not register. It is shown and never written:
 * the next look may find it gone.
 */
export interface DiscoveredAgent {
  /** The same from one look to the next, and of no other agent. */
  readonly id: string;
  readonly harness: HarnessId;
  readonly source: DiscoverySource;
  readonly confidence: DiscoveryConfidence;
  readonly reason: DiscoveryReason;
  /** Undefined for what is only known from a terminal. */
  readonly pid: number | undefined;
  /** In the form of `ProcessState.start`; undefined where the platform does not tell. */
  readonly processStart: string | undefined;
  readonly startedAtMs: number | undefined;
  /** The folder in which it works; undefined for a terminal that does not tell. */
  readonly cwd: string | undefined;
  /** The nearest agent above it in the tree of processes. */
  readonly parent: DiscoveredParent | undefined;
}

export type DiscoverySource = 'process' | 'terminal';
export type DiscoveryConfidence = 'high' | 'medium' | 'low';

/** The evidence, as data. Wording is in the presentation layer. */
export type DiscoveryReason =
  /** A process of the agent's program works in a folder of the repository. */
  | 'process-in-repository'
  /** A terminal runs a command that starts the agent; processes cannot be looked at. */
  | 'terminal-command'
  /** A terminal runs such a command, but no process of the agent was found below its shell. */
  | 'terminal-command-alone';

export type DiscoveredParent =
  | { readonly kind: 'registered'; readonly sessionId: string }
  | { readonly kind: 'discovered'; readonly id: string };

/** A process of an agent's program, before it is known whether somebody registered it. */
export interface AgentSighting {
  readonly harness: HarnessId;
  readonly pid: number;
  /** The program and its arguments. */
  readonly args: readonly string[];
  readonly cwd: string;
  readonly processStart: string | undefined;
  readonly startedAtMs: number | undefined;
}

/** A command that runs in a terminal now. */
export interface TerminalSighting {
  /** The same while the command runs, and of no other command. */
  readonly id: string;
  readonly harness: HarnessId;
  readonly shellPid: number | undefined;
  readonly cwd: string | undefined;
  readonly startedAtMs: number | undefined;
}

/** An entry of the registry, as far as it says whose process it is. */
export interface RegisteredProcess {
  readonly sessionId: string;
  readonly isActive: boolean;
  readonly isChild: boolean;
  readonly pid: number;
  readonly processStart: string | undefined;
}

/** The parent of a process; undefined for the root, the unknown and the hidden. */
export type ParentOf = (pid: number) => number | undefined;
