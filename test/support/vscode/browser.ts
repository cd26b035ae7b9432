import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';

import { ensureChromium } from './findChromium.ts';

let shared: Promise<Browser> | undefined;

/** The one Chromium of this process, started at the first call. */
export async function sharedBrowser(): Promise<Browser> {
  shared ??= launch();
  return await shared;
}

/** Ends the shared Chromium; the next {@link sharedBrowser} starts a new one. */
export async function closeSharedBrowser(): Promise<void> {
  const open = shared;
  shared = undefined;
  if (open !== undefined) await (await open).close();
}

async function launch(): Promise<Browser> {
  const { executablePath, args, env } = await ensureChromium();
  return await chromium.launch({
    executablePath,
    args: [...args],
    env: { ...definedOnly(process.env), ...env },
    headless: true,
  });
}

function definedOnly(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
