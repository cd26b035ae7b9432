/**
 * Records the hook payloads of the real Claude Code anew:
 * npx tsx test/support/agents/recordClaudeCode.ts [scenario…]
 */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { withTempFolder } from '../tempFolder.ts';
import { projectRoot } from '../vscode/projectPaths.ts';
import {
  normaliserFor,
  writeJson,
  writePayloads,
  writeSurroundings,
  writeTranscript,
  type Normalise,
} from './claudePayloadFiles.ts';
import { claudeScenarios, transcriptScenario, type ClaudeScenario } from './claudeScenarios.ts';
import { isTerminalSupported } from './claudeTerminal.ts';
import { makeClaudeWorld, type ClaudeWorld } from './claudeWorld.ts';
import { createModelGate } from './modelGate.ts';
import { stepsByPrompt } from './scriptedClaudeModel.ts';

const payloadFolder = join(projectRoot, 'test/support/payloads/claude-code');

interface Recording {
  readonly world: ClaudeWorld;
  readonly normalise: Normalise;
}

await main(process.argv.slice(2));

async function main(names: readonly string[]): Promise<void> {
  const isWanted = ({ name }: ClaudeScenario): boolean =>
    names.length === 0 || names.includes(name);

  for (const scenario of claudeScenarios.filter(isWanted)) {
    if (scenario.terminal === true && !isTerminalSupported()) continue;
    await record(scenario, async ({ world, normalise }) => {
      removeOld(scenario.name);
      const calls = world.calls();
      await writePayloads(payloadFolder, { name: scenario.name, calls, normalise });
      const status = world.statusLines().at(-1);
      if (status !== undefined) {
        await writeJson(
          join(payloadFolder, `${scenario.name}-status-line.json`),
          normalise(status),
        );
      }
      if (scenario.name === 'edit') await writeSurroundings(payloadFolder, { calls, normalise });
      console.log(`${scenario.name}: ${calls.length} payloads`);
    });
  }
  if (!isWanted(transcriptScenario)) return;
  const folder = join(payloadFolder, 'transcript');
  rmSync(folder, { recursive: true, force: true });
  await record(transcriptScenario, (recording) => writeTranscript(folder, recording));
}

async function record(
  scenario: ClaudeScenario,
  keep: (recording: Recording) => Promise<void>,
): Promise<void> {
  await withTempFolder(async (root) => {
    const place = { repo: join(root, 'repo'), gate: createModelGate() };
    const { files = {}, answers = [] } = scenario;
    const script = stepsByPrompt(scenario.plan(place));
    const world = await makeClaudeWorld({ root, script, files });
    try {
      world.setAnswers(answers);
      await scenario.run(world, place);
      await keep({ world, normalise: normaliserFor(world) });
    } finally {
      await world.stop();
    }
  });
}

function removeOld(scenario: string): void {
  const isOld = new RegExp(`^${scenario}-([A-Z]\\w+(-\\d+)?|order|status-line)\\.json$`);
  for (const name of readdirSync(payloadFolder).filter((name) => isOld.test(name))) {
    rmSync(join(payloadFolder, name));
  }
}
