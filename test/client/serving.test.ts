import { describe, expect, it } from '@jest/globals';
import { tmpdir } from 'node:os';
import { runProgram } from './support/program.js';

const refusals: [string[], string][] = [
  [['--log-format', 'xml'], 'Allowed choices are text, json'],
  [['--log-size', '0'], 'Allowed is a whole number from 1 to 1000'],
  [['--log-size', '10MB'], 'Allowed is a whole number from 1 to 1000'],
  [['--log-keep', '-1'], 'Allowed is a whole number from 1 to 100'],
  [['--metrics-port', '70000'], 'Allowed is a whole number from 1 to 65535'],
  [['--metrics-port'], 'argument missing'],
];

describe.each(['up', 'worker'])('continuo %s', (command) => {
  it.each(refusals)('refuses %j', async (options, said) => {
    const { exitCode, stdout, stderr } = await runProgram([command, ...options], { cwd: tmpdir() });
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain(said);
  });
});
