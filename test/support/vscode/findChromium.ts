import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

import { buildOnce, isComplete, npmInstall, runQuietly, timed } from './npmInstall.ts';
import { hostCacheDir } from './projectPaths.ts';

/** The last edition that runs on Node 20. */
const bundledVersion = '143.0.4';
const commandNames = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const aptPackages = ['chromium', 'fonts-dejavu-core', 'fonts-noto-color-emoji'];

/** A browser that playwright-core can start with these arguments and additional variables. */
export interface ChromiumInstall {
  readonly executablePath: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Finds a Chromium, or gets one: CHROME_PATH and the PATH first, then Debian's package (as root),
 * then one out of the npm registry that is kept in `.vscode-test/`.
 * `HEDDLE_TEST_CHROMIUM=bundled` goes to the last of these directly.
 */
export async function ensureChromium(): Promise<ChromiumInstall> {
  const isBundledForced = process.env.HEDDLE_TEST_CHROMIUM === 'bundled';
  const problems: unknown[] = [];

  if (!isBundledForced) {
    const found = (await findOnPath()) ?? (await installWithApt(problems));
    if (found !== undefined) return { executablePath: found, args: startArgs(), env: {} };
  }
  try {
    return await ensureBundled();
  } catch (error) {
    problems.push(error);
  }
  throw new AggregateError(
    problems,
    'No Chromium was found and none could be installed: ' +
      `${problems.map(String).join('; ')}\n` +
      'Install one, or name one: CHROME_PATH=/path/to/chrome npm test',
  );
}

async function findOnPath(): Promise<string | undefined> {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const named = process.env.CHROME_PATH;
  const candidates = [
    ...(named === undefined || named === '' ? [] : [named]),
    ...commandNames.flatMap((name) => folders.map((folder) => join(folder, name))),
    ...(process.platform === 'darwin'
      ? ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome']
      : []),
  ];
  for (const candidate of candidates) {
    if (await isExecutable(candidate)) return candidate;
  }
  return undefined;
}

async function installWithApt(problems: unknown[]): Promise<string | undefined> {
  if (process.getuid?.() !== 0 || !(await isExecutable('/usr/bin/apt-get'))) return undefined;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  try {
    await timed('installing Chromium with apt-get', async () => {
      await runQuietly('apt-get', ['update', '-q'], { env });
      await runQuietly('apt-get', ['install', '-yq', '--no-install-recommends', ...aptPackages], {
        env,
      });
    });
  } catch (error) {
    problems.push(error);
  }
  return await findOnPath();
}

/**
 * The browser of `@sparticuz/chromium` unpacks itself into the temporary folder, together with the
 * libraries and fonts that a bare system lacks; here that folder is one of ours, so that it stays.
 */
async function ensureBundled(): Promise<ChromiumInstall> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(`there is no bundled Chromium for ${process.platform}-${process.arch}`);
  }
  const directory = join(hostCacheDir, `chromium-${bundledVersion}`);
  if (!(await isComplete(directory))) {
    await timed(`installing Chromium ${bundledVersion} from the npm registry`, () =>
      buildOnce(directory, async (dir) => {
        await npmInstall(dir, [`@sparticuz/chromium@${bundledVersion}`]);
        await unpackBundled(dir);
      }),
    );
  }

  const executablePath = join(directory, 'chromium');
  const libraries = join(directory, 'al2023/lib');
  const isSelfSufficient = await runQuietly(executablePath, ['--version']).then(
    () => true,
    () => false,
  );
  return {
    executablePath,
    args: [...startArgs(), '--no-zygote', '--font-render-hinting=none'],
    env: {
      ...(isSelfSufficient ? {} : { LD_LIBRARY_PATH: libraries }),
      ...((await exists('/etc/fonts/fonts.conf'))
        ? {}
        : { FONTCONFIG_PATH: join(directory, 'fonts') }),
    },
  };
}

async function unpackBundled(directory: string): Promise<void> {
  const script =
    "import('@sparticuz/chromium').then((module) => module.default.executablePath())" +
    '.catch((error) => { console.error(error); process.exitCode = 1; })';
  await runQuietly(process.execPath, ['-e', script], {
    cwd: directory,
    // The name of a runtime makes it unpack the libraries too.
    env: { ...process.env, TMPDIR: directory, AWS_LAMBDA_JS_RUNTIME: 'nodejs22.x' },
  });
}

function startArgs(): string[] {
  return [
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--disable-dev-shm-usage',
    // An intercepted page may otherwise not open its WebSocket to this machine.
    '--disable-features=LocalNetworkAccessChecks',
  ];
}

async function isExecutable(path: string): Promise<boolean> {
  return await access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
