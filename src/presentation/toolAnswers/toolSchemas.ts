import { maxReasonLength } from '../../core/locks/lockConfig.ts';
import { maxTaskLength, maxThreadLength } from '../threadName.ts';
import {
  defaultWaitSeconds,
  maxAgentLength,
  maxCount,
  maxPathLength,
  maxPaths,
  maxRows,
  maxToolCalls,
  maxTtlSeconds,
  maxWaitSeconds,
  maxWordLength,
} from './toolBounds.ts';

/** The arguments of a tool as JSON Schema. */
export interface ToolSchema {
  readonly type: 'object';
  readonly properties: Readonly<Record<string, object>>;
  readonly required?: string[];
}

const text = (description: string, maxLength: number): object => ({
  type: 'string',
  description,
  minLength: 1,
  maxLength,
});
const whole = (description: string, minimum: number, maximum: number): object => ({
  type: 'integer',
  description,
  minimum,
  maximum,
});
const flag = (description: string): object => ({ type: 'boolean', description });

const agent = text(
  'Who you are, where it is not known already: your session id in the registry, or else a name of your own that you keep for the whole task. An identity that your harness proves goes before it.',
  maxAgentLength,
);
const path = text(
  'A file or folder of the repository: relative to its root, or absolute. A folder stands for everything in it; * and ** make a pattern.',
  maxPathLength,
);
const paths = {
  type: 'array',
  description:
    'Files or folders of the repository: relative to its root, or absolute. A folder stands for everything in it; * and ** make a pattern.',
  items: { type: 'string', minLength: 1, maxLength: maxPathLength },
  minItems: 1,
  maxItems: maxPaths,
};
const limit = whole('Most rows to list.', 1, maxRows);
const wish = {
  paths,
  reason: text('Why, in a few words. Whoever is refused is told.', maxReasonLength),
  shared: flag('True to keep others from writing while several read. Without it nobody else may.'),
  ttl_seconds: {
    type: 'number',
    description:
      'For how long, at least. Left out: while your process runs, or 10 minutes where none is known.',
    minimum: 1,
    maximum: maxTtlSeconds,
  },
};

/** The arguments of each tool, the same for every host that offers it. */
export const toolSchemas = {
  list_agents: schema({
    alive: flag('True for only those whose process runs.'),
    thread: text('Only those on this thread.', maxWordLength),
    limit,
  }),
  list_locks: schema({
    path: text('Only what has this file or folder in common.', maxPathLength),
    holder: text('Only what this session or name holds.', maxAgentLength),
    limit,
  }),
  who_holds: schema({ path }, ['path']),
  may_i_edit: schema({ paths }, ['paths']),
  lock_files: schema(wish, ['paths']),
  unlock_files: schema({
    paths,
    all: flag('True, without "paths", for everything that you hold.'),
  }),
  wait_for_files: schema(
    {
      ...wish,
      timeout_seconds: {
        type: 'number',
        description: `How long to wait at most. ${defaultWaitSeconds} when left out.`,
        minimum: 1,
        maximum: maxWaitSeconds,
      },
    },
    ['paths'],
  ),
  check_lock: schema({ path, token: whole('The token of the grant.', 0, maxCount) }, [
    'path',
    'token',
  ]),
  reserve_thread: schema(
    {
      thread: text('The name of the thread, usually of a branch.', maxThreadLength),
      task: text('What you do on it, in one line.', maxTaskLength),
    },
    ['thread'],
  ),
  release_thread: schema({
    status: {
      type: 'string',
      description: 'How it ended. "complete" when left out.',
      enum: ['complete', 'merged', 'abandoned'],
    },
  }),
  log_context_query: schema(
    { path, scope: text('What was looked for, such as a symbol.', maxWordLength) },
    ['path'],
  ),
  report_usage: schema({
    input_tokens: whole('Total so far.', 0, maxCount),
    output_tokens: whole('Total so far.', 0, maxCount),
    reasoning_tokens: whole('Total so far.', 0, maxCount),
    tool_calls: whole('Total so far.', 0, maxToolCalls),
    cost_micros_usd: whole('Total so far, in millionths of a US dollar.', 0, maxCount),
    model: text('The model that you are.', maxWordLength),
    thinking_level: text('How hard it thinks.', maxWordLength),
  }),
} as const;

function schema(properties: Readonly<Record<string, object>>, required?: string[]): ToolSchema {
  return {
    type: 'object',
    properties: { ...properties, agent },
    ...(required && { required }),
  };
}
