/**
 * Records the payloads of the real Codex, Gemini CLI and OpenCode anew:
 * npx tsx test/support/agents/recordOthers.ts [codex|gemini-cli|opencode][:scenario]…
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

import { openCodePlugin } from '../../../src/harnesses/connecting/openCodePlugin.ts';
import { withTempFolder } from '../tempFolder.ts';
import { projectRoot } from '../vscode/projectPaths.ts';
import { hasTerminals } from './agentTerminal.ts';
import { readHookCalls, type AgentWorld } from './agentWorld.ts';
import { writeFiles, recorderPath, type HookCall } from './claudeWorld.ts';
import { codexFiles, codexScenarios, type CodexScenario } from './codexScenarios.ts';
import { codexSessionsFolder, makeCodexWorld } from './codexWorld.ts';
import { geminiFiles, geminiScenarios, type GeminiScenario } from './geminiScenarios.ts';
import { geminiChatsFolder, makeGeminiWorld } from './geminiWorld.ts';
import { createModelGate } from './modelGate.ts';
import { prepareOpenCodeHome } from './openCode.ts';
import {
  openCodeFiles,
  openCodeScenarios,
  withPatchingModel,
  type OpenCodeScenario,
} from './openCodeScenarios.ts';
import { makeOpenCodeWorld, type OpenCodeWorld } from './openCodeWorld.ts';
import {
  otherNormaliser,
  writeOtherPayloads,
  writeOtherSurroundings,
  writeOtherTranscripts,
  type OtherRecording,
} from './otherPayloadFiles.ts';
import { stepsByPrompt } from './scriptedClaudeModel.ts';
import type { GeminiStep } from './scriptedGeminiModel.ts';
import { answersByPrompt } from './scriptedSteps.ts';

const payloads = join(projectRoot, 'test/support/payloads');

await main(process.argv.slice(2));

async function main(wanted: readonly string[]): Promise<void> {
  const isWanted = (harness: string, name: string): boolean =>
    wanted.length === 0 || wanted.includes(harness) || wanted.includes(`${harness}:${name}`);

  for (const scenario of codexScenarios) {
    if (isWanted('codex', scenario.name))
      await withTempFolder((root) => recordCodex(root, scenario));
  }
  for (const scenario of geminiScenarios) {
    if (scenario.needsTerminal === true && !hasTerminals()) continue;
    if (isWanted('gemini-cli', scenario.name)) {
      await withTempFolder((root) => recordGemini(root, scenario));
    }
  }
  for (const scenario of openCodeScenarios) {
    if (isWanted('opencode', scenario.name)) {
      await withTempFolder((root) => recordOpenCode(root, scenario));
    }
  }
}

async function recordCodex(root: string, scenario: CodexScenario): Promise<void> {
  const gate = createModelGate();
  const { modelName } = scenario;
  const world = await makeCodexWorld({
    root,
    files: codexFiles,
    script: scenario.script(gate),
    ...(modelName === undefined ? {} : { modelName }),
  });
  try {
    world.setAnswers(scenario.answers ?? []);
    await scenario.run(world, gate);
    const folder = join(payloads, 'codex');
    const recording = recordingOf(scenario.name, world);
    await writeOtherPayloads(folder, recording);
    if (scenario.name === 'work') {
      const events = ['SessionStart', 'PreToolUse', 'SessionEnd'];
      await writeOtherSurroundings(folder, { ...recording, events, depth: 1 });
    }
    if (['work', 'subagent'].includes(scenario.name)) {
      writeOtherTranscripts(join(folder, 'transcripts', scenario.name), {
        source: codexSessionsFolder(world),
        shorten: withoutCodexPrompts,
        nameOf: (name) => basename(name), // its folders are the day
        normalise: recording.normalise,
      });
    }
    report('codex', recording);
  } finally {
    await world.stop();
  }
}

async function recordGemini(root: string, scenario: GeminiScenario): Promise<void> {
  const world = await makeGeminiWorld({
    root,
    files: geminiFiles,
    script: answersByPrompt<GeminiStep>(scenario.plan(join(root, 'repo'))),
  });
  try {
    world.setAnswers(scenario.answers ?? []);
    await scenario.run(world);
    const folder = join(payloads, 'gemini-cli');
    const all = recordingOf(scenario.name, world);
    const recording = { ...all, calls: all.calls.filter(isWorthKeeping(scenario.name)) };
    await writeOtherPayloads(folder, recording);
    if (scenario.name === 'work') {
      const events = ['SessionStart', 'BeforeTool', 'SessionEnd'];
      await writeOtherSurroundings(folder, { ...recording, events, depth: 2 });
    }
    if (['work', 'subagent'].includes(scenario.name)) {
      writeOtherTranscripts(join(folder, 'transcripts', scenario.name), {
        source: geminiChatsFolder(world),
        shorten: (line) => line,
        nameOf: (name) => name,
        normalise: recording.normalise,
      });
    }
    report('gemini-cli', recording);
  } finally {
    await world.stop();
  }
}

/** Some events come with every request to the model and are always the same: once is enough. */
function isWorthKeeping(scenario: string): (call: HookCall) => boolean {
  const seen = new Set<string>();
  return ({ payload: { hook_event_name: event } }) => {
    if (!/^(BeforeModel|BeforeToolSelection|PreCompress)$/.test(event)) return true;
    const isFirst = scenario === 'work' && !seen.has(event);
    seen.add(event);
    return isFirst;
  };
}

/** Two plugins are in it: the recording one, and the product's with a recorder for its launcher. */
async function recordOpenCode(root: string, scenario: OpenCodeScenario): Promise<void> {
  const productCalls = join(root, 'product-calls.jsonl');
  const place = {
    repo: join(root, 'repo'),
    gate: createModelGate(),
    told: () => readHookCalls(productCalls).map(({ payload }) => String(payload.event)),
  };
  const { config } = scenario;
  const script = stepsByPrompt(scenario.plan(place));
  const given = config === undefined ? {} : { config };
  const world = await makeOpenCodeWorld({ root, files: openCodeFiles, script, ...given });
  try {
    if (scenario.name === 'patch') {
      const { home } = world;
      const modelUrl = world.model.url;
      prepareOpenCodeHome({
        home,
        modelUrl,
        config: { ...config, ...withPatchingModel(modelUrl) },
      });
    }
    installProductPlugin(world, productCalls);
    world.setAnswers(scenario.answers ?? []);
    await scenario.run(world, place);

    const folder = join(payloads, 'opencode');
    const recording = {
      ...recordingOf(scenario.name, world),
      calls: readHookCalls(productCalls),
      eventOf: ({ payload }: HookCall) => String(payload.event),
    };
    writePluginCalls(folder, { name: scenario.name, world, recording });
    await writeOtherPayloads(folder, recording);
    if (scenario.name === 'work') {
      const events = ['session.created', 'tool.execute.before'];
      await writeOtherSurroundings(folder, { ...recording, events, depth: 1 });
    }
    report('opencode', recording);
  } finally {
    await world.stop();
  }
}

function installProductPlugin(world: OpenCodeWorld, calls: string): void {
  const launcher = `#!/bin/sh\nexec "${process.execPath}" "${recorderPath()}" "${calls}"\n`;
  const folder = join(world.home, '.heddle-agents', 'bin');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'heddle-agents'), launcher, { mode: 0o755 });
  writeFiles(world.repo, { '.opencode/plugins/heddle-agents.js': openCodePlugin });
}

/** What OpenCode gives a plugin, in order: a line a call. */
function writePluginCalls(
  folder: string,
  from: {
    readonly name: string;
    readonly world: OpenCodeWorld;
    readonly recording: OtherRecording;
  },
): void {
  const isKept = /^(?!plugin\.added|catalog\.|integration\.|reference\.|message\.part\.|.*watcher)/;
  const lines = from.world
    .pluginCalls()
    .filter((call) => isKept.test(call.hook_event_name))
    .map((call) => from.recording.normalise(JSON.stringify(call)));
  mkdirSync(join(folder, 'plugin'), { recursive: true });
  writeFileSync(join(folder, 'plugin', `${from.name}.jsonl`), `${lines.join('\n')}\n`);
}

function recordingOf(name: string, world: AgentWorld): OtherRecording {
  return {
    name,
    calls: world.calls(),
    eventOf: ({ payload }) => payload.hook_event_name,
    normalise: otherNormaliser(world),
  };
}

/** The program's own prompts are long and not ours to keep. */
function withoutCodexPrompts(line: string): string {
  if (line === '') return line;
  const entry = JSON.parse(line) as {
    readonly type: string;
    readonly payload: Readonly<Record<string, unknown>>;
  };
  const { type, payload } = entry;
  if (type === 'world_state') return JSON.stringify({ ...entry, payload: {} });
  if (payload.type === 'additional_tools') {
    return JSON.stringify({ ...entry, payload: { ...payload, tools: [] } });
  }
  const isPrompt = type === 'response_item' && payload.role === 'developer';
  const without = isPrompt ? { content: [] } : { base_instructions: undefined };
  return JSON.stringify({ ...entry, payload: { ...payload, ...without } });
}

function report(harness: string, { name, calls }: OtherRecording): void {
  process.stdout.write(`${harness} ${name}: ${calls.length} payloads\n`);
}
