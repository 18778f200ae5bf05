import { spawnSync } from 'node:child_process';
import { comparison } from '../support/report.mjs';
import { copyProgram } from '../support/program.mjs';
import { alternate, timed } from '../support/statistics.mjs';

/** Cold start: what a person waits for before any command does something. */
export async function cli({ scope, quick }) {
  const program = copyProgram(scope);
  const start = (args) => () =>
    timed(() => {
      const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
      if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}: ${stderr}`);
    });
  const subject = start([program, '--help']);
  const floor = start(['-e', '0']);
  // The first start reads the files from the disk.
  await subject();
  await floor();

  const values = await alternate(quick ? 5 : 25, subject, floor);
  return [
    comparison({
      name: 'cold start of the command line',
      unit: 'ms',
      values,
      limit: { most: 3 },
    }),
  ];
}
