import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { parseArgs } from 'node:util';
import { systemClock } from '../base/clock.ts';
import { errorText } from '../base/errorText.ts';
import { ancestorsOf } from '../node/processes/processAncestors.ts';
import { version } from '../../package.json';
import { createServer, type HeddleServer } from './server.ts';
import { createStderrLogger } from './stderrLogger.ts';

export interface McpStreams {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WritableStream;
}

const usage = `Usage: heddle-agents mcp [--root DIR]

Serves the tools of Heddle Agents over the Model Context Protocol on stdin and stdout, for one
repository: that of --root, or else of the working directory.
`;

/** Longest message that is read; a longer one ends the connection. */
const maxMessageBytes = 64 * 1024 * 1024;

/**
 * Serves until the client closes its end. Resolves to the exit code: 0, 1 for a connection that broke,
 * 2 for wrong usage.
 */
export async function runMcp(args: readonly string[], streams: McpStreams): Promise<number> {
  const { stderr } = streams;
  let root: string | undefined;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { root: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    });
    if (values.help === true) {
      stderr.write(usage);
      return 0;
    }
    root = values.root;
  } catch (error) {
    stderr.write(`heddle-agents mcp: ${errorText(error)}\n${usage}`);
    return 2;
  }
  const logger = createStderrLogger(stderr);
  const host = {
    ...{ root, logger, clock: systemClock },
    ...{ cwd: process.cwd(), env: process.env, pid: process.pid },
    ancestors: () => ancestorsOf(process.pid),
  };
  const server = createServer(host, version);
  server.mcp.server.onerror = (error) => logger.warn('A message could not be used.', error);
  return serve(server, streams);
}

function serve({ mcp, calls }: HeddleServer, { stdin, stdout }: McpStreams): Promise<number> {
  return new Promise((resolve, reject) => {
    let isEnding = false;
    const end = (exitCode: number): void => {
      if (isEnding) return;
      isEnding = true;
      calls
        .stop()
        // What was answered last is still on its way through the protocol's own steps.
        .then(() => new Promise((sent) => setImmediate(sent)))
        .then(() => mcp.close())
        .then(() => resolve(exitCode), reject);
    };
    // Closed by itself: a message was too long.
    mcp.server.onclose = () => end(1);
    stdin.once('end', () => end(0));
    // Nobody reads any more.
    stdout.on('error', () => end(0));
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => end(0));
    }
    const transport = new StdioServerTransport(stdin, stdout, { maxBufferSize: maxMessageBytes });
    mcp.connect(transport).catch(reject);
  });
}
