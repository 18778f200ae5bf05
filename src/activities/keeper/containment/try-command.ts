import { execFile } from 'node:child_process';

/** Longer than any of them takes on a busy machine. */
const patienceMs = 20_000;

/** Null when the command ends with 0, else why it does not. */
export function tryCommand(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<string | null> {
  const [program = '', ...args] = argv;
  return new Promise((done) => {
    execFile(program, args, { env, cwd: '/', timeout: patienceMs }, (error, _stdout, stderr) => {
      done(error === null ? null : (lastLine(stderr) ?? lastLine(error.message) ?? 'no reason given'));
    });
  });
}

function lastLine(text: string): string | undefined {
  return text.split('\n').findLast((line) => line.trim() !== '');
}
