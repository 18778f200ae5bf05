import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { workflowText } from '../config/workflow-file.js';
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

describe('several projects in one process', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'continuo-several-'));
    write('shop', workflowText({ project: '{ name: shop }' }));
    write('shop-again', workflowText({ project: '{ name: shop }' }));
    write('broken', workflowText({ project: '{ name: site }', agent: '{ kind: nobody }' }));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function write(name: string, text: string): void {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'WORKFLOW.md'), text);
  }
  const serve = (args: string[], env: Record<string, string>) =>
    runProgram(args, { cwd: folder, env: { XDG_STATE_HOME: join(folder, 'state'), ...env } });
  const files = (...names: string[]) => names.map((name) => join(name, 'WORKFLOW.md'));
  const named = { TEMPORAL_ADDRESS: '127.0.0.1:9' };

  it.each([
    ['no server of their own', {}, ['shop', 'broken'], 'name it by TEMPORAL_ADDRESS'],
    [
      'one data directory for all',
      { ...named, CONTINUO_DATA: '/nowhere' },
      ['shop', 'broken'],
      'XDG_STATE_HOME',
    ],
    ['the same project twice', named, ['shop', 'shop-again'], 'name each project once'],
    [
      'a file that cannot be used, with its folder',
      named,
      ['shop', 'broken'],
      'broken: WORKFLOW.md: agent.kind',
    ],
  ])('cannot have %s', async (_what, env, names, said) => {
    for (const command of [['up'], ['worker'], ['up', '--detach']]) {
      const { exitCode, stdout, stderr } = await serve([...command, ...files(...names)], env);
      expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
      expect(stderr).toContain(said);
    }
  });
});
