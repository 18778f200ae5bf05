import { execFile } from 'node:child_process';

const timeoutMs = 5_000;

/** The first line of what `<program> --version` prints, or `missing`. `env` is its complete environment. */
export function versionOf(program: string, env: Record<string, string>): Promise<string> {
  return new Promise((done) => {
    execFile(program, ['--version'], { env, timeout: timeoutMs, killSignal: 'SIGKILL' }, (error, stdout) => {
      const line = stdout.split('\n')[0]?.trim() ?? '';
      done(error === null && line !== '' ? line : 'missing');
    });
  });
}
