import type { AcpWorld } from './acpWorld.ts';
import type { CommandLineAgent } from './commandLineSessions.ts';

/** A scripted model, as far as it matters what it was asked. */
export interface AskedModel {
  /** The texts that calls came back with, a list for each request. */
  results(): readonly (readonly string[])[];
  /** What the person and the agent had said to each other when it was last asked. */
  lastTexts(): readonly string[];
  stop(): Promise<void>;
}

/** Where a real agent is prepared. */
export interface AgentPlace {
  readonly world: AcpWorld;
  readonly program: string;
  /** False: it knows no key of any model. */
  readonly isLoggedIn: boolean;
}

/**
 * A real agent with a scripted model, which is prompted with `do it` to change `one` in `a.txt` into `ONE`
 * and to say `Edited.`, and with `and again` to say `Done before.`
 */
export interface ProvenAgent {
  /** For people, as sessions call it. */
  readonly name: string;
  /** In the registry. */
  readonly harness: string;
  /** Installs it unless it is there, and returns its program. */
  ensure(): Promise<string>;
  prepare(
    place: AgentPlace,
  ): Promise<{ readonly agent: CommandLineAgent; readonly model: AskedModel }>;
  /** How an earlier conversation is taken up. */
  readonly takesUp: 'resumed' | 'loaded';
  /** Makes what it keeps of a conversation look older. */
  readonly passTime?: (world: AcpWorld) => void;
  /** What is said when it is not logged in; undefined when it needs no log-in. */
  readonly logIn: RegExp | undefined;
}
