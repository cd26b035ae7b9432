import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import {
  CallToolRequestSchema,
  ErrorCode,
  ListToolsRequestSchema,
  McpError,
  type CallToolResult,
} from '@modelcontextprotocol/sdk/types.js';
import { errorText } from '../base/errorText.ts';
import { isRegistryError } from '../core/agents/registryError.ts';
import { plainJson } from '../presentation/toolAnswers/plainJson.ts';
import type { JsonObject, ToolAnswer } from '../presentation/toolAnswers/toolCall.ts';
import { toolFailure } from '../presentation/toolAnswers/toolFailure.ts';
import { toPlainLine } from '../presentation/plainText.ts';
import { callerOf } from './callerOf.ts';
import type { McpHost } from './mcpHost.ts';
import { PeerAccess } from './peerAccess.ts';
import { RepositoryOpener } from './openRepository.ts';
import { RunningCalls } from './runningCalls.ts';
import { repositoryWorld } from './repositoryWorld.ts';
import { snapshotResources, type SnapshotResource } from './snapshotResources.ts';
import type { McpTool } from './tools/mcpTool.ts';
import { peerTools } from './tools/peerTools.ts';
import type { PeerTool } from './tools/peerTool.ts';
import { toolTable } from './tools/toolTable.ts';

export interface HeddleServer {
  readonly mcp: McpServer;
  readonly calls: RunningCalls;
}

interface CallContext {
  readonly args: Readonly<Record<string, unknown>>;
  readonly signal: AbortSignal;
  readonly onProgress: (text: string) => void;
}

const instructions =
  'Other agents and people may be editing this repository at the same moment. Before you edit files, take them with lock_files (or ask may_i_edit); do not edit what others hold; give everything back with unlock_files when you are done. If a tool answers that it is not known who you are, give "agent" with each call.';

/** The server of one repository, which is found anew with each call. Connecting it is the caller's. */
export function createServer(host: McpHost, version: string): HeddleServer {
  const repositories = new RepositoryOpener(host);
  const peers = new PeerAccess(host, repositories);
  const calls = new RunningCalls();
  const mcp = new McpServer(
    { name: 'heddle-agents', title: 'Heddle Agents', version },
    { capabilities: { tools: {} }, instructions },
  );
  const world = () =>
    repositoryWorld(repositories.open(), { host, client: mcp.server.getClientVersion() });

  mcp.server.setRequestHandler(ListToolsRequestSchema, async () => {
    const offered = (await isOffered(peers, host)) ? [...toolTable, ...peerTools] : toolTable;
    return { tools: offered.map(listed) };
  });
  mcp.server.setRequestHandler(CallToolRequestSchema, (request, extra) => {
    const { name, arguments: args = {}, _meta } = request.params;
    const peerTool = peerTools.find((each) => each.name === name);
    if (peerTool) {
      return calls.run(extra.signal, () => answerPeerCall(peerTool, args, { host, peers }));
    }
    const tool = toolTable.find((each) => each.name === name);
    if (tool === undefined) throw unknownTool(name);
    const token = _meta?.progressToken;
    let progress = 0;
    const onProgress = (message: string): void => {
      if (token === undefined) return;
      progress += 1;
      const params = { progressToken: token, progress, message };
      extra
        .sendNotification({ method: 'notifications/progress', params })
        .catch((error: unknown) => host.logger.warn('Progress could not be told.', error));
    };
    return calls.run(extra.signal, (signal) =>
      answerCall(tool, { args, signal, onProgress }, { host, world }),
    );
  });
  for (const resource of snapshotResources) offer(mcp, resource, world);
  return { mcp, calls };
}

async function answerCall(
  tool: McpTool,
  { args, ...call }: CallContext,
  { host, world: openWorld }: { readonly host: McpHost; readonly world: WorldSource },
): Promise<CallToolResult> {
  try {
    const world = openWorld();
    const view = await world.agentStore.refresh();
    const caller = await callerOf(args, {
      ...{ host, view, liveness: world.liveness },
      ownProcess: () => world.waitingProcess(),
    });
    return said(await tool.answer({ world, caller, input: args, ...call }));
  } catch (error) {
    return failed(tool.name, error, host);
  }
}

/** To everybody but a named agent in its own turn there is no such tool. */
async function answerPeerCall(
  tool: PeerTool,
  input: CallContext['args'],
  { host, peers }: { readonly host: McpHost; readonly peers: PeerAccess },
): Promise<CallToolResult> {
  try {
    const port = await peers.open();
    if (port === undefined) throw unknownTool(tool.name);
    return said(await tool.answer({ peers: port, input }));
  } catch (error) {
    if (error instanceof McpError) throw error;
    return failed(tool.name, error, host);
  }
}

/** What cannot be looked up is not offered. */
async function isOffered(peers: PeerAccess, host: McpHost): Promise<boolean> {
  try {
    return (await peers.open()) !== undefined;
  } catch (error) {
    if (!isRegistryError(error)) host.logger.error('Peers cannot be looked up.', error);
    return false;
  }
}

/** Some clients give their model the structured part alone, so that what is said is in it as well. */
function said({ text, data }: ToolAnswer): CallToolResult {
  const structuredContent = { message: text, ...structured(data) };
  return { content: [{ type: 'text', text }], structuredContent };
}

function failed(name: string, error: unknown, { logger }: McpHost): CallToolResult {
  if (!isRegistryError(error)) logger.error(`${name} failed.`, error);
  return { ...said(toolFailure(error)), isError: true };
}

type WorldSource = () => ReturnType<typeof repositoryWorld>;

function offer(mcp: McpServer, resource: SnapshotResource, world: WorldSource): void {
  const { name, uri, title, description } = resource;
  const mimeType = 'application/json';
  mcp.registerResource(name, uri, { title, description, mimeType }, async () => {
    try {
      const text = JSON.stringify(plainJson(await resource.read(world())), null, 2);
      return { contents: [{ uri, mimeType, text }] };
    } catch (error) {
      throw new McpError(ErrorCode.InternalError, errorText(error));
    }
  });
}

function listed({ name, title, description, inputSchema, effects }: Omit<McpTool, 'answer'>) {
  return { name, title, description, inputSchema, annotations: { title, ...effects } };
}

function structured(data: JsonObject): Record<string, unknown> {
  return plainJson(data) as Record<string, unknown>;
}

function unknownTool(name: string): McpError {
  const known = toolTable.map((tool) => tool.name).join(', ');
  const message = `There is no tool "${toPlainLine(name, 60)}". The tools are: ${known}.`;
  return new McpError(ErrorCode.InvalidParams, message);
}
