import { version } from '../../../package.json';
import { isHealthy } from '../../core/harness/doctor/doctorReport.ts';
import type { HarnessId } from '../../core/harness/harnessEvent.ts';
import { connectionRecipes } from '../../harnesses/connecting/connectionRecipes.ts';
import type { HookPayload } from '../../harnesses/harness.ts';
import { dialectOf } from '../../harnesses/recogniseDialect.ts';
import { sampleEdit } from '../../harnesses/sampleEdit.ts';
import type { HookProgram } from '../../node/doctor/hookRun.ts';
import { runDoctor } from '../../node/doctor/runDoctor.ts';
import { simulatePayloads, type RecognisedPayload } from '../../node/doctor/simulatePayloads.ts';
import { doctorLines, doctorToJson } from '../../presentation/doctorReport.ts';
import { ownProgram, placesOf } from '../connectionAccess.ts';
import { doctorTextLines, simulatedJson, simulatedLines } from '../doctorLines.ts';
import { exitCodes, type ExitCode } from '../exitCodes.ts';
import { baseFolder } from '../options.ts';
import { readPayloads } from '../payloadFiles.ts';
import type { VerbContext } from '../verbContext.ts';

export interface DoctorFlags {
  readonly simulate?: string;
  readonly harness?: HarnessId;
}

/** Says what keeps agents from joining and from being kept apart, and what to do about it. */
export async function doctor(context: VerbContext, flags: DoctorFlags): Promise<ExitCode> {
  if (flags.simulate !== undefined) return simulate(context, flags.simulate, flags.harness);
  const { host, output } = context;
  const report = await runDoctor({
    cwd: baseFolder(host.cwd, context.root),
    places: placesOf(context),
    recipes: connectionRecipes(process.platform),
    trial: { program: hookProgram(), editOf: sampleEdit },
    version,
    nowMs: host.clock.now(),
  });
  output.result(
    () => doctorToJson(report),
    () => doctorTextLines(doctorLines(report)),
  );
  return isHealthy(report) ? exitCodes.done : exitCodes.failed;
}

/** Shows what the hook answers to recorded events. Nothing of this repository is read or changed. */
async function simulate(
  { host, output }: VerbContext,
  path: string,
  harness: HarnessId | undefined,
): Promise<ExitCode> {
  const payloads = await readPayloads(path, { cwd: host.cwd });
  const simulated = await simulatePayloads(payloads, {
    program: hookProgram(),
    harness,
    recognise: (payload) => recognise(payload, harness),
  });
  output.result(
    () => ({ events: simulated.map(simulatedJson) }),
    () => simulated.flatMap(simulatedLines),
  );
  return simulated.every(({ run }) => run.exitCode !== undefined)
    ? exitCodes.done
    : exitCodes.failed;
}

function recognise(payload: unknown, named: HarnessId | undefined): RecognisedPayload | undefined {
  // `readPayloads` lets nothing but objects through.
  const fields = payload as HookPayload;
  const harness = dialectOf(fields, named);
  const event = harness?.dialect.parse(fields, { env: {}, cwd: '' });
  if (event === undefined) return undefined;
  const { action } = event;
  const does =
    action.kind === 'tool-starting' || action.kind === 'tool-ended'
      ? `${action.kind}: ${action.call.action.kind} (${action.call.name})`
      : action.kind;
  return { harness: event.harness, eventName: event.eventName, action: does, cwd: event.cwd };
}

/** The program that agents call, which is this one. */
function hookProgram(): HookProgram {
  const { cli, node, code } = ownProgram();
  return node === undefined
    ? { command: code ?? process.execPath, args: [cli], env: { ELECTRON_RUN_AS_NODE: '1' } }
    : { command: node, args: [cli] };
}
