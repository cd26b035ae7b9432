import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorCode } from '../../base/errorText.ts';
import type { AgentIdentity } from '../../core/identities/agentIdentity.ts';
import { isPlainFolder, readPlainFile, writePlainFile } from '../harnessSessions/plainFile.ts';
import { identitySpecPath } from './identitySpecFiles.ts';

/** What a new description of an agent says, with everything else that can be said as comments. */
export function identitySpecTemplate(identity: AgentIdentity, agent: string): string {
  return `# ${identity}: an agent of this repository. The name of this file is its name.
# Commit this file: everybody who works here then has this agent.

# The coding agent that it is: claude, codex, gemini, copilot, cursor, opencode, or one of your own
# from the settings. Never a command line.
agent = ${JSON.stringify(agent)}

# What people are shown instead of the name of the file.
# display_name = "Code reviewer"

# "addressable": people and peers may send it messages. "internal_only": only the machinery may.
# addressability = "addressable"

# What it is told at the beginning of each new conversation; a text, or a list of texts.
# instructions = """
# You review changes in this repository. You never edit files yourself.
# """

# The agents that it may send messages to, and that may send messages to it.
# peers = ["backend", "docs"]

# Words to find it by.
# [labels]
# team = "platform"

# Anything else that it should know, told to it as JSON.
# [context]
# branch = "main"
`;
}

/**
 * Writes the description of a new agent and returns its path. Git is told to see it where this program
 * had it ignore all of `.heddle`. @throws system errors, EEXIST when there is one
 */
export async function writeNewIdentitySpec(
  worktree: string,
  identity: AgentIdentity,
  agent: string,
): Promise<string> {
  const path = identitySpecPath(worktree, identity);
  // One after the other: a link in the place of either would lead out of the checkout.
  for (const folder of [join(worktree, '.heddle'), dirname(path)]) {
    await makeFolder(folder);
    if (isPlainFolder(folder)) continue;
    throw new Error(`${folder} is not a folder of its own; move it away.`);
  }
  await writeFile(path, identitySpecTemplate(identity, agent), { flag: 'wx' });
  haveGitSee(join(worktree, '.heddle', '.gitignore'));
  return path;
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    if (!['EEXIST', 'ELOOP', 'ENOTDIR'].includes(errorCode(error) ?? '')) throw error;
  }
}

const maxIgnoreBytes = 64 * 1024;

/** Changes only what this program wrote itself. */
function haveGitSee(ignoreFile: string): void {
  const text = readPlainFile(ignoreFile, maxIgnoreBytes);
  if (text?.trim() === '*') writePlainFile(ignoreFile, '/*\n!/identities/\n');
}
