/** The tools of our own server, by their names. */
const ownToolNames: ReadonlySet<string> = new Set([
  'check_lock',
  'list_agents',
  'list_locks',
  'list_peers',
  'lock_files',
  'log_context_query',
  'may_i_edit',
  'release_thread',
  'report_usage',
  'reserve_thread',
  'send_to_peer',
  'unlock_files',
  'wait_for_files',
  'who_holds',
]);

const serverPrefix = 'mcp__heddle-agents__';

/**
 * Whether a call is of a tool of ours, by the title under which Claude's adapter shows calls of servers.
 * They look, take and give back what is the agent's own, and leave messages for declared peers; nothing of
 * anybody else is changed.
 */
export function isOwnTool(title: string): boolean {
  return title.startsWith(serverPrefix) && ownToolNames.has(title.slice(serverPrefix.length));
}
