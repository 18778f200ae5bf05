// Stands for a keeper: runs one program in its containment, with its own standard streams, and ends as it does.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { contain } from '../../../../src/activities/keeper/containment/contain.js';
import type { Enclosure } from '../../../../src/activities/keeper/containment/containment.js';
import { probeContainment } from '../../../../src/activities/keeper/containment/probe.js';

export interface Job extends Omit<Enclosure, 'containment'> {
  argv: string[];
}

const job = JSON.parse(process.argv[2] ?? '') as Job;
const containment = await probeContainment(job.settings, job.env).catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exit(1);
});
const { argv, env } = await contain(job.argv, { ...job, containment });
const [program = '', ...args] = argv;
const child = spawn(program, args, { cwd: job.cwd, env, stdio: 'inherit', detached: true });
child.once('exit', (code, signal) => {
  process.exitCode = code ?? 128 + constants.signals[signal ?? 'SIGKILL'];
});
