import { createRequire } from 'node:module';

/** Loads the program that the first argument asks for, and nothing else: hooks must start fast. */
function dispatch([verb, ...rest]: readonly string[]): void {
  const load = createRequire(__filename);
  const isHelp = rest.includes('--help') || rest.includes('-h');
  if (verb === 'hook' && !isHelp) load('./hook.cjs');
  else if (verb === 'mcp' && !isHelp) load('./mcp.cjs');
  else if (verb === 'session-host' && !isHelp) load('./sessionHost.cjs');
  else load('./verbs.cjs');
}

dispatch(process.argv.slice(2));
