import { afterEach, describe, expect, it } from '@jest/globals';
import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Risk } from '../../../src/domain/finding.js';
import { GitRig, write } from './rig.js';

let rig: GitRig | null = null;
afterEach(() => rig?.remove());

interface Change {
  /** What the base has. */
  files?: Record<string, string>;
  written?: Record<string, string>;
  removed?: string[];
  moved?: [string, string];
  scope?: string[];
  sections?: string;
}

/** The risks of a change, by kind. */
async function risksOf(change: Change): Promise<Partial<Record<Risk['kind'], string>>> {
  const {
    files = { 'README.md': 'Shop\n' },
    written = {},
    removed = [],
    moved,
    scope = [],
    sections,
  } = change;
  rig = new GitRig({ files, ...(sections !== undefined && { sections }) });
  const workspace = await rig.workspace();
  write(workspace.path, written);
  for (const path of removed) rmSync(join(workspace.path, path));
  if (moved !== undefined) renameSync(join(workspace.path, moved[0]), join(workspace.path, moved[1]));
  const outcome = await rig.checkpoint(workspace, { scope });
  if (outcome.kind === 'secrets') throw new Error('secrets');
  return Object.fromEntries(outcome.risks.map(({ kind, detail }) => [kind, detail]));
}

const lines = (count: number) => 'x\n'.repeat(count);
const manifest = (dependencies: Record<string, string>) => JSON.stringify({ dependencies });

describe('the risk of', () => {
  it.each<[string, Change, string]>([
    ['the workflow file', { written: { 'WORKFLOW.md': 'x' } }, 'WORKFLOW.md'],
    ['CI', { written: { '.github/workflows/ci.yml': 'x' } }, '.github/workflows/ci.yml'],
    ['a folder of the tracker', { written: { 'tasks/a.md': 'x' } }, 'tasks/a.md'],
    [
      'what the configuration names',
      {
        written: { 'ops/deploy.sh': 'x' },
        sections: 'verify: { checks: [{ name: t, run: "true" }], protected_paths: [ops] }',
      },
      'ops/deploy.sh',
    ],
    [
      'the scripts of a package',
      {
        files: { 'package.json': '{ "scripts": { "test": "jest" } }' },
        written: { 'package.json': '{ "scripts": { "test": "true" } }' },
      },
      'package.json#scripts',
    ],
  ])('a protected path is known for %s', async (_, change, detail) => {
    expect(await risksOf(change)).toMatchObject({ protected_path: detail });
  });

  it.each<[string, Change, string | undefined]>([
    ['is deleted', { files: { 'test/a.test.js': 'a' }, removed: ['test/a.test.js'] }, 'test/a.test.js'],
    ['is in a Python project', { files: { 'test_a.py': 'a' }, removed: ['test_a.py'] }, 'test_a.py'],
    ['has only moved', { files: { 'a.test.js': 'a' }, moved: ['a.test.js', 'b.test.js'] }, undefined],
    ['is no test', { files: { 'a.js': 'a', 'b.js': 'b' }, removed: ['a.js'] }, undefined],
  ])('a deleted test is judged right where it %s', async (_, change, detail) => {
    expect((await risksOf(change)).deleted_test).toBe(detail);
  });

  it.each<[string, Change, string | undefined]>([
    [
      'is added',
      {
        files: { 'package.json': manifest({ a: '1' }) },
        written: { 'package.json': manifest({ a: '1', b: '1' }) },
      },
      'b in package.json',
    ],
    [
      'comes with a new manifest',
      { written: { 'go.mod': 'module x\nrequire e.com/y v1.0.0\n' } },
      'e.com/y in go.mod',
    ],
    [
      'only gets another version',
      { files: { 'package.json': manifest({ a: '1' }) }, written: { 'package.json': manifest({ a: '2' }) } },
      undefined,
    ],
  ])('a new dependency is judged right where it %s', async (_, change, detail) => {
    expect((await risksOf(change)).new_dependency).toBe(detail);
  });

  it.each<[string, Change, string | undefined]>([
    ['outside of the globs', { written: { 'b/x.ts': 'x' }, scope: ['a/**'] }, 'b/x.ts'],
    ['inside of the globs', { written: { 'a/x.ts': 'x' }, scope: ['a/**'] }, undefined],
    ['inside of a folder that is named', { written: { 'a/b/x.ts': 'x' }, scope: ['a'] }, undefined],
    ['anywhere, without a scope', { written: { 'b/x.ts': 'x' } }, undefined],
  ])('a file outside of the scope is judged right %s', async (_, change, detail) => {
    expect((await risksOf(change)).outside_scope).toBe(detail);
  });

  it.each<[string, Change, string | undefined]>([
    ['500 lines', { written: { 'a.txt': lines(500) } }, undefined],
    ['501 lines', { written: { 'a.txt': lines(501) } }, '501 changed lines in 1 files'],
    [
      'lines that go and lines that come, in several files',
      { files: { 'a.txt': lines(300) }, written: { 'b.txt': lines(300) }, removed: ['a.txt'] },
      '600 changed lines in 2 files',
    ],
    ['a large file that is no text', { written: { 'a.bin': `\0${lines(5_000)}` } }, undefined],
    ['a hundred thousand lines', { written: { 'a.txt': lines(100_000) } }, '100000 changed lines in 1 files'],
  ])('a large diff is judged right for %s', async (_, change, detail) => {
    expect((await risksOf(change)).large_diff).toBe(detail);
  });
});
