import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { AgentIdentity } from '../../core/identities/agentIdentity.ts';
import { isPlainFolder } from '../harnessSessions/plainFile.ts';
import { identitySpecFolder, identitySpecPath } from './identitySpecFiles.ts';

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
  await mkdir(dirname(path), { recursive: true });
  if (!isPlainFolder(identitySpecFolder(worktree))) {
    throw new Error(`${dirname(path)} is not a folder of its own; move it away.`);
  }
  await writeFile(path, identitySpecTemplate(identity, agent), { flag: 'wx' });
  await haveGitSee(join(worktree, '.heddle', '.gitignore'));
  return path;
}

/** Changes only what this program wrote itself. */
async function haveGitSee(ignoreFile: string): Promise<void> {
  const text = await readFile(ignoreFile, 'utf8').catch(() => undefined);
  if (text?.trim() === '*') await writeFile(ignoreFile, '/*\n!/identities/\n');
}
