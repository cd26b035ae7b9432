import type { ActorChainNode } from '../../core/agents/agentEntry.ts';
import { chainNodeToJson } from '../../presentation/agentJson.ts';
import { toPlainLine } from '../../presentation/plainText.ts';
import { chainNodeText } from '../agentSheet.ts';
import { exitCodes, type ExitCode } from '../exitCodes.ts';
import { expectFound, openForSession } from '../registryAccess.ts';
import { alignColumns } from '../textLine.ts';
import type { VerbContext } from '../verbContext.ts';

/** Shows who spawned whom, from the root to the agent itself. */
export async function chain(context: VerbContext, sessionId: string): Promise<ExitCode> {
  const open = await openForSession(context, sessionId, { isReading: true });
  // An unreadable entry has no chain; loading it says so.
  expectFound(await open.registry.load(sessionId), open, sessionId);
  const nodes = await open.registry.actorChainForSession(sessionId);
  context.output.result(
    () => ({ chain: nodes.map(chainNodeToJson) }),
    () => alignColumns(nodes.map(nodeCells)),
  );
  return exitCodes.done;
}

function nodeCells(node: ActorChainNode, depth: number): readonly { readonly text: string }[] {
  return [
    { text: `${'  '.repeat(depth)}${chainNodeText(node)}` },
    { text: node.status },
    { text: toPlainLine(node.thread, 60) },
    { text: node.sessionId },
  ];
}
