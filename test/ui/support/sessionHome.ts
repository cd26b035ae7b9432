import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { makeTempFolder, removeTempFolder } from '../../support/tempFolder.ts';
import { projectRoot } from '../../support/vscode/projectPaths.ts';

/** One step of a scripted agent: its name and what it is given. */
export type Step = readonly [string, ...unknown[]];

/** A home in which scripted agents stand where installers put real ones. */
export class SessionHome {
  readonly folder = makeTempFolder();
  private readonly scripts = join(this.folder, 'scripts.json');

  constructor() {
    writeFileSync(this.scripts, '{}');
    this.install('codex-acp', ['--resume']);
  }

  /** The environment in which it is the home. */
  get env(): NodeJS.ProcessEnv {
    return { HOME: this.folder, USERPROFILE: this.folder, SHELL: '/bin/bash' };
  }

  /** Puts a scripted agent under the name of a real one's program. */
  install(name: string, flags: readonly string[] = []): void {
    const program = join(this.folder, '.local/bin', name);
    mkdirSync(dirname(program), { recursive: true });
    const loader = join(projectRoot, 'node_modules/tsx/dist/loader.mjs');
    const agent = join(projectRoot, 'test/support/agents/acp/scriptedAcpAgent.ts');
    const words = JSON.stringify(['--import', loader, agent, ...flags]);
    const text = proxyText(words, JSON.stringify(this.scripts));
    writeFileSync(program, `#!${process.execPath}\n${text}`);
    chmodSync(program, 0o755);
  }

  /** From now on a prompt with this first line makes the agent take these steps. */
  onPrompt(firstLine: string, steps: readonly Step[]): void {
    const known = JSON.parse(readFileSync(this.scripts, 'utf8')) as Record<string, unknown>;
    writeFileSync(this.scripts, JSON.stringify({ ...known, [firstLine]: steps }));
  }

  dispose(): void {
    removeTempFolder(this.folder);
  }
}

/** Stands before the scripted agent, whose prompts are scripts, so that people's prompts can be used. */
function proxyText(words: string, scripts: string): string {
  return `
const { spawn } = require('node:child_process');
const { readFileSync } = require('node:fs');
const agent = spawn(process.execPath, ${words}, { stdio: ['pipe', 'inherit', 'inherit'] });
require('node:readline').createInterface({ input: process.stdin })
  .on('line', (line) => {
    const message = JSON.parse(line);
    if (message.method === 'session/prompt') {
      const [first] = message.params.prompt[0].text.split('\\n');
      const steps = JSON.parse(readFileSync(${scripts}, 'utf8'))[first] ?? [];
      message.params.prompt = [{ type: 'text', text: JSON.stringify(steps) }];
    }
    agent.stdin.write(JSON.stringify(message) + '\\n');
  })
  .on('close', () => agent.stdin.end());
agent.on('exit', (code) => process.exit(code ?? 1));
`;
}
