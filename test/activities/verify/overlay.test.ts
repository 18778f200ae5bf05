import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { overlayProtected } from '../../../src/activities/verify/overlay.js';
import { parseConfig } from '../../../src/config/parse.js';
import type { Change } from './repository.js';
import { TestRepository } from './repository.js';

const config = parseConfig(
  '/project/WORKFLOW.md',
  `---
tracker: { kind: file }
repository: { url: . }
land: { mode: merge }
agent: { kind: command }
command: { run: agent }
verify: { checks: [{ name: test, run: npm test }], protected_paths: ["conf/*.yml", "*odd*"] }
---
`,
  {},
);

let repository: TestRepository;
let checkout: string;
beforeEach(() => {
  repository = new TestRepository();
  checkout = join(repository.root, 'checkout');
});
afterEach(() => repository.remove());

/** Overlays the second commit's checkout with what the first one protects. */
async function overlay(base: Record<string, Change>, change: Record<string, Change>): Promise<string[]> {
  const baseSha = repository.commit({ 'src/a.ts': 'old', ...base });
  const sha = repository.commit({ 'src/a.ts': 'new', ...change });
  execFileSync('git', ['clone', '--quiet', repository.path, checkout]);
  return overlayProtected({
    config,
    gitDir: join(repository.path, '.git'),
    checkout,
    sha,
    baseSha,
  });
}

const read = (name: string) => readFileSync(join(checkout, name), 'utf8');

describe('overlayProtected', () => {
  it('restores changed files, brings deleted ones back and takes added ones away', async () => {
    const overlaid = await overlay(
      { 'jest.config.js': 'strict', '.github/ci.yml': 'ci', 'WORKFLOW.md': 'same' },
      { 'jest.config.js': 'lax', '.github/ci.yml': null, '.husky/pre-commit': 'evil', 'WORKFLOW.md': 'same' },
    );
    expect(overlaid).toEqual(['.github/ci.yml', '.husky/pre-commit', 'jest.config.js']);
    expect(read('jest.config.js')).toBe('strict');
    expect(read('.github/ci.yml')).toBe('ci');
    expect(existsSync(join(checkout, '.husky/pre-commit'))).toBe(false);
    expect(read('src/a.ts')).toBe('new');
  });

  it('changes nothing when nothing protected was changed', async () => {
    expect(await overlay({ 'jest.config.js': 'strict' }, {})).toEqual([]);
    expect(execFileSync('git', ['status', '--porcelain'], { cwd: checkout, encoding: 'utf8' })).toBe('');
  });

  it("restores links and executables as what they were, and leaves the repository's own index alone", async () => {
    await overlay(
      { '.husky/run': { executable: 'sh' }, '.husky/link': { link: 'run' } },
      { '.husky/run': 'plain', '.husky/link': 'plain' },
    );
    expect(lstatSync(join(checkout, '.husky/run')).mode & 0o111).not.toBe(0);
    expect(readlinkSync(join(checkout, '.husky/link'))).toBe('run');
    expect(repository.git('status', '--porcelain')).toBe('');
  });

  it('restores a folder that was replaced by a file, and a file that was replaced by a folder', async () => {
    await overlay(
      { '.husky/pre-commit': 'hook', 'jest.config.js': 'strict' },
      { '.husky': 'file', 'jest.config.js': null, 'jest.config.js/x': 'folder' },
    );
    expect(read('.husky/pre-commit')).toBe('hook');
    expect(read('jest.config.js')).toBe('strict');
  });

  it('never writes or deletes through a link that leads out of the checkout', async () => {
    const outside = join(repository.root, 'outside');
    mkdirSync(outside);
    writeFileSync(join(outside, 'a.yml'), 'mine');
    expect(await overlay({ 'conf/a.yml': 'strict' }, { conf: { link: outside } })).toEqual(['conf/a.yml']);
    expect(read('conf/a.yml')).toBe('strict');
    expect(readFileSync(join(outside, 'a.yml'), 'utf8')).toBe('mine');
  });

  it('takes file names as they are, not as patterns', async () => {
    const odd = ':(exclude)odd\n"x"';
    expect(await overlay({ [odd]: 'strict' }, { [odd]: 'lax' })).toEqual([odd]);
    expect(read(odd)).toBe('strict');
    expect(read('src/a.ts')).toBe('new');
  });

  it('restores the scripts of a package.json and keeps its new dependencies', async () => {
    const base = { name: 'shop', scripts: { test: 'jest' } };
    const changed = { name: 'shop', scripts: { test: 'true' }, dependencies: { a: '1' } };
    const overlaid = await overlay(
      { 'packages/a/package.json': JSON.stringify(base) },
      { 'packages/a/package.json': JSON.stringify(changed) },
    );
    expect(overlaid).toEqual(['packages/a/package.json#scripts']);
    expect(JSON.parse(read('packages/a/package.json'))).toEqual({ ...changed, scripts: { test: 'jest' } });
  });

  it('brings a package.json back that was deleted or turned into a link', async () => {
    const text = '{"scripts":{"test":"jest"}}';
    const overlaid = await overlay(
      { 'package.json': text, 'a/package.json': text },
      { 'package.json': { link: 'other.json' }, 'other.json': '{}', 'a/package.json': null },
    );
    expect(overlaid).toEqual(['a/package.json', 'package.json']);
    expect(read('package.json')).toBe(text);
    expect(lstatSync(join(checkout, 'package.json')).isFile()).toBe(true);
    expect(read('a/package.json')).toBe(text);
  });

  it('lets a new package bring its own scripts', async () => {
    const text = '{"scripts":{"test":"jest"}}';
    expect(await overlay({}, { 'new/package.json': text })).toEqual([]);
    expect(read('new/package.json')).toBe(text);
  });
});
