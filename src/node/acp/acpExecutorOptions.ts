import type { Clock } from '../../base/clock.ts';
import type { AcpAgent } from '../../core/acp/acpAgent.ts';
import type { EditorPort } from '../../core/acp/editorPort.ts';
import type { PermissionPolicy } from '../../core/acp/permissionPolicy.ts';
import type { LockConflict } from '../../core/locks/lockRequest.ts';
import type { SessionId } from '../../core/sessions/sessionId.ts';
import type { OpenFileLocks } from '../openFileLocks.ts';
import type { OpenRegistry } from '../openRegistry.ts';

/** How long the steps of an execution may take, in milliseconds. */
export interface AcpPace {
  /** Until the agent has answered `initialize`. */
  readonly initializeMs: number;
  /** Until it has begun or taken up a conversation. */
  readonly conversationMs: number;
  /** From the request to cancel until it is ended by force. */
  readonly cancelGraceMs: number;
  /** From the end of its input until it is told to end. */
  readonly leaveAfterMs: number;
  /** From SIGTERM to SIGKILL. */
  readonly killAfterMs: number;
}

/** Slow machines, and agents that first look for a new version of themselves, are given time. */
export const defaultAcpPace: AcpPace = {
  initializeMs: 60_000,
  conversationMs: 120_000,
  cancelGraceMs: 5000,
  leaveAfterMs: 5000,
  killAfterMs: 2000,
};

/** A program that an agent is told to use as a server of tools. */
export interface ToolServer {
  readonly name: string;
  /** Absolute. */
  readonly command: string;
  readonly args: readonly string[];
  /** Variables that it needs beside those that say whose tools they are. */
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** What executing prompts by agents that speak the protocol needs. */
export interface AcpExecutorOptions {
  /** The agent of this id, ready to be started; undefined when there is none. @throws to say why not */
  readonly findAgent: (id: string) => Promise<AcpAgent | undefined> | AcpAgent | undefined;
  readonly registry: OpenRegistry;
  readonly locks: OpenFileLocks;
  /** What agents inherit. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly policy: PermissionPolicy;
  /** Why an edit is refused, for the agent and for people. */
  readonly refusal: (conflicts: readonly LockConflict[]) => Promise<string>;
  /** Our own tools; none are offered without it. */
  readonly toolServer?: ToolServer | undefined;
  readonly editor?: EditorPort | undefined;
  /** The agent's own id of the conversation that an earlier session was in. */
  readonly conversationOf?: ((sessionId: SessionId) => Promise<string | undefined>) | undefined;
  readonly version?: string | undefined;
  readonly pace?: Partial<AcpPace> | undefined;
}
