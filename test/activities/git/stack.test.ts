import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { rmSync } from 'node:fs';
import type { LandStrategy } from '../../../src/domain/config-view.js';
import type { LandingCandidate, LandingEntry } from '../../../src/domain/landing.js';
import type { StackTop } from '../../../src/workflows/ports.js';
import { GitRig, read } from './rig.js';

const strategies: LandStrategy[] = ['squash', 'rebase', 'merge'];

let rig: GitRig;
beforeEach(() => {
  rig = new GitRig({ files: { 'README.md': 'Shop\n', 'a.txt': '1\n2\n3\n' } });
});
afterEach(() => rig.remove());

async function change(
  identifier: string,
  files: Record<string, string>,
  more: Partial<LandingEntry> = {},
): Promise<LandingEntry> {
  const workspace = await rig.workspace(identifier);
  const sha = await rig.commit(workspace, files, { identifier });
  return rig.entry(workspace, sha, { identifier, ...more });
}

function topOf({ project, identifier }: LandingEntry, candidate: LandingCandidate): StackTop {
  return { project, identifier, ...candidate };
}

describe('a stack of changes', () => {
  it.each(strategies)('by %s has each on the one before, and lands whole in one step', async (strategy) => {
    const [one, two] = [
      await change('SHOP-1', { 'one.txt': '1' }, { strategy }),
      await change('SHOP-2', { 'two.txt': '2' }, { strategy }),
    ];
    const base = rig.commitToBase({ 'theirs.txt': 't' });
    const first = await rig.candidate(one);
    const second = await rig.candidate(two, topOf(one, first));
    expect(first.baseSha).toBe(base);
    expect(rig.git('rev-parse', `${second.sha}~1`)).toBe(first.sha);
    expect(rig.git('diff', '--name-only', base, second.sha).split('\n')).toEqual(['one.txt', 'two.txt']);

    expect(await rig.merge(two, { sha: second.sha, baseSha: base })).toEqual({ kind: 'merged' });
    expect(rig.git('rev-parse', 'main')).toBe(second.sha);
    // The base was never at the first one alone.
    expect(rig.git('reflog', 'main', '--format=%H').split('\n')).not.toContain(first.sha);
    expect(await rig.rebase(one)).toEqual({ kind: 'landed', candidate: first });
    expect(await rig.rebase(two)).toEqual({ kind: 'landed', candidate: second });
  });

  it.each(strategies)('by %s gives the same commits again, also on another host', async (strategy) => {
    const [one, two] = [
      await change('SHOP-1', { 'one.txt': '1' }, { strategy }),
      await change('SHOP-2', { 'two.txt': '2' }, { strategy }),
    ];
    const first = topOf(one, await rig.candidate(one));
    const second = await rig.candidate(two, first);
    rmSync(rig.paths.root, { recursive: true });
    expect(await rig.candidate(two, first)).toEqual(second);
  });

  it('stays on its own base while the real one moves, and does not land then', async () => {
    const [one, two] = [
      await change('SHOP-1', { 'one.txt': '1' }),
      await change('SHOP-2', { 'two.txt': '2' }),
    ];
    const first = await rig.candidate(one);
    const head = rig.commitToBase({ 'theirs.txt': 't' });
    const second = await rig.candidate(two, topOf(one, first));
    expect(await rig.merge(two, { sha: second.sha, baseSha: first.baseSha })).toEqual({ kind: 'moved' });
    expect(rig.git('rev-parse', 'main')).toBe(head);
  });

  it('leaves the workspace alone of a change that conflicts with another one only', async () => {
    const [one, two] = [
      await change('SHOP-1', { 'a.txt': '1\none\n3\n' }),
      await change('SHOP-2', { 'a.txt': '1\ntwo\n3\n' }),
    ];
    const first = await rig.candidate(one);
    expect(await rig.rebase(two, topOf(one, first))).toEqual({
      kind: 'conflict',
      baseSha: first.sha,
      files: ['a.txt'],
    });
    expect(read(two.workspace.path, 'a.txt')).toBe('1\ntwo\n3\n');
    expect((await rig.rebase(two)).kind).toBe('ready');
  });

  it('does not take for landed what only the stack has', async () => {
    const one = await change('SHOP-1', { 'a.txt': '1\nsame\n3\n' });
    const two = await change('SHOP-2', { 'a.txt': '1\nsame\n3\n' });
    const first = await rig.candidate(one);
    expect(await rig.rebase(two, topOf(one, first))).toEqual({ kind: 'empty', baseSha: first.sha });
    expect((await rig.rebase(two)).kind).toBe('ready');
  });

  it('says what is missing when the commit below is nowhere any more', async () => {
    const one = await change('SHOP-1', { 'one.txt': '1' });
    const lost = { project: 'shop', identifier: 'SHOP-9', sha: '1'.repeat(40), baseSha: '2'.repeat(40) };
    expect(await rig.rebase(one, lost)).toMatchObject({
      kind: 'failed',
      message: expect.stringContaining(`SHOP-9/landing of ${rig.user} has ${'1'.repeat(40)}`),
    });
  });
});
