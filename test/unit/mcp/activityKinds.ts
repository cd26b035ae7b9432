import type { McpFixture } from './mcpFixture.ts';

/** What happened to threads, oldest first. */
export async function activityMessages({ registry }: McpFixture): Promise<readonly string[]> {
  const { events } = await registry.activity.read();
  return events
    .filter(({ thread }) => thread !== undefined)
    .map(({ kind, thread }) => `${kind} ${thread ?? ''}`);
}
