import type { AcpAgent } from '../../core/acp/acpAgent.ts';
import type { ToolCallBook } from '../../core/acp/toolCallBook.ts';
import type { ExecutionControl } from '../../core/sessions/sessionExecutor.ts';
import type { RunSpec } from '../../core/sessions/sessionSpec.ts';
import type { AcpPace } from './acpExecutorOptions.ts';
import type { AgentProgram } from './agentProgram.ts';
import type { ClientFiles } from './clientFiles.ts';
import type { ClientTerminals } from './clientTerminals.ts';
import type { EditRecord } from './editRecord.ts';
import type { EditWatch } from './editWatch.ts';
import type { Permissions } from './permissions.ts';
import type { SessionEntry } from './sessionEntry.ts';
import type { SessionLocks } from './sessionLocks.ts';

/** One prompt that a running agent works on, with all that the agent may ask us for. */
export interface Turn {
  readonly spec: RunSpec;
  readonly agent: AcpAgent;
  readonly control: ExecutionControl;
  readonly pace: AcpPace;
  readonly entry: SessionEntry;
  readonly program: AgentProgram;
  readonly calls: ToolCallBook;
  readonly locks: SessionLocks;
  readonly edits: EditRecord;
  readonly watch: EditWatch;
  readonly permissions: Permissions;
  readonly files: ClientFiles;
  readonly terminals: ClientTerminals;
  /** Why edits were refused, of which the agent was only told that they were. */
  readonly unexplained: string[];
  /** True when hooks of the agent tell what it does. */
  readonly hasHooks: () => Promise<boolean>;
  /** Says something to those who watch. */
  readonly note: (title: string, content: string) => void;
}
