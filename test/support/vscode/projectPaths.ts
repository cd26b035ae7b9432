import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of this checkout: the folder that holds `package.json`. */
export const projectRoot = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');

/** Where downloaded hosts and browsers are kept between runs; git-ignored. */
export const hostCacheDir = join(projectRoot, '.vscode-test');

/** Where runs leave what a person looks at afterwards; git-ignored. */
export const testOutputDir = join(projectRoot, 'test-output');
