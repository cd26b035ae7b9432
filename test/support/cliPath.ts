import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bin } from '../../package.json';

/**
 * The built command-line program that package.json names, or the one in HEDDLE_AGENTS_CLI.
 * @throws Error when it was not built
 */
export function cliPath(): string {
  const named = process.env.HEDDLE_AGENTS_CLI;
  if (named !== undefined && named !== '') return named;
  const path = fileURLToPath(new URL(`../../${bin['heddle-agents']}`, import.meta.url));
  if (existsSync(path)) return path;
  throw new Error(`${path} is missing. Run "npm run build" first.`);
}
