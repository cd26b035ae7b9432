/** The smallest MCP server: one tool, `echo`, which answers with the arguments it was given. */
const { createInterface } = require('node:readline');

const tool = {
  name: 'echo',
  description: 'Says what it was given',
  inputSchema: { type: 'object', properties: { word: { type: 'string' } } },
};

function resultOf({ method, params }) {
  if (method === 'initialize') {
    return {
      protocolVersion: params.protocolVersion,
      capabilities: { tools: {} },
      serverInfo: { name: 'echo', version: '1.0.0' },
    };
  }
  if (method === 'tools/list') return { tools: [tool] };
  if (method === 'tools/call') {
    const env = Object.keys(process.env).filter((name) => /CLAUDE|AI_AGENT|HEDDLE/.test(name));
    const text = JSON.stringify({ arguments: params.arguments, meta: params._meta, env });
    return { content: [{ type: 'text', text }] };
  }
  return {};
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const request = JSON.parse(line);
  if (request.id === undefined) return;
  const answer = { jsonrpc: '2.0', id: request.id, result: resultOf(request) };
  process.stdout.write(`${JSON.stringify(answer)}\n`);
});
