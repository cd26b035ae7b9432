import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface EntriesFolder {
  readonly root: string;
  readonly folder: string;
}

/** A root with this many entries of a realistic size. They are old enough to be trusted unread. */
export function makeEntriesFolder(count: number): EntriesFolder {
  const root = mkdtempSync(join(tmpdir(), 'heddle-bench-'));
  const folder = join(root, '.heddle', 'agents');
  mkdirSync(folder, { recursive: true });
  for (let i = 0; i < count; i += 1) {
    writeFileSync(join(folder, `agent-${i}.toml`), entryText(i));
  }
  return { root, folder };
}

export function entryText(i: number, heartbeatAt = '2026-11-20T09:16:30.500Z'): string {
  return `session_id = "agent-${i}"
client_instance_id = "window-${i}"
native_actor_key = "claude-code:session:${i}"
native_parent_actor_key = "human:ana"
native_instance_key = "claude-code:transcript:/home/dev/.claude/projects/app/${i}.jsonl"
thread_id = "feature/${i}"
thread = "feature/${i}"
heartbeat_at = "${heartbeatAt}"
base_state = "git:0123456789abcdef0123456789abcdef01234567"
started_at = "2026-11-20T09:15:00.${String(i).padStart(9, '0')}Z"
path = "/repo/worktrees/${i}"
provider = "anthropic"
model = "claude-sonnet-4-6"
harness = "claude-code"
attach_precedence = ["matched-current-session", "agent-reserve"]
winning_attach_rule = "matched-current-session"
probe_source = "hook_payload"
probe_confidence = 0.8
status = "active"

[[context_queries]]
path = "src/auth/session.rs"
queried_at = "2026-11-20T09:15:40Z"

[usage_summary]
input_tokens = 120345
output_tokens = 8123
tool_calls = 37
cost_micros_usd = 1843210
`;
}
