import { checkLock } from './checkLock.ts';
import { listAgents } from './listAgents.ts';
import { listLocks } from './listLocks.ts';
import { lockFiles } from './lockFiles.ts';
import { logContextQuery } from './logContextQuery.ts';
import { mayIEdit } from './mayIEdit.ts';
import { releaseThread } from './releaseThread.ts';
import { reportUsage } from './reportUsage.ts';
import { reserveThread } from './reserveThread.ts';
import { unlockFiles } from './unlockFiles.ts';
import { waitForFiles } from './waitForFiles.ts';
import { whoHolds } from './whoHolds.ts';
import type { McpTool } from './mcpTool.ts';

/** Every tool, in the order in which it is listed. */
export const toolTable: readonly McpTool[] = [
  listAgents,
  listLocks,
  whoHolds,
  mayIEdit,
  lockFiles,
  unlockFiles,
  waitForFiles,
  checkLock,
  reserveThread,
  releaseThread,
  logContextQuery,
  reportUsage,
];
