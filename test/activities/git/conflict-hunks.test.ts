import { afterEach, describe, expect, it } from '@jest/globals';
import { conflictHunks, markedHunks } from '../../../src/activities/git/conflict-hunks.js';
import { mergeTrees } from '../../../src/activities/git/merge-trees.js';
import { GitRig } from './rig.js';

describe('the places of a conflict', () => {
  let rig: GitRig;
  afterEach(() => rig.remove());

  /** What both sides have, where they are made of the same files. */
  async function hunksOf(before: Files, ours: Files, theirs: Files) {
    rig = new GitRig({ files: before });
    const start = rig.git('rev-parse', 'HEAD');
    const commit = (files: Files) => {
      rig.git('checkout', '--quiet', '--detach', start);
      for (const [path, content] of Object.entries(files)) if (content === '') rig.git('rm', '--quiet', path);
      return rig.commitToBase(Object.fromEntries(Object.entries(files).filter(([, text]) => text !== '')));
    };
    const [base, work] = [commit(ours), commit(theirs)];
    const gitDir = `${rig.user}/.git`;
    const merged = await mergeTrees(gitDir, base, work);
    if (merged.kind === 'clean') throw new Error('there is no conflict');
    return conflictHunks({ gitDir, base, work, merged: merged.tree, files: merged.files });
  }

  it('are shown with line and both sides', async () => {
    const hunks = await hunksOf({ a: '1\n2\n3\n4\n5\n' }, { a: '1\nB\n3\n4\n5\n' }, { a: '1\nW\n3\n4\n5\n' });
    expect(hunks).toEqual([{ path: 'a', line: 2, base: 'B', work: 'W' }]);
  });

  it('are the whole file where one side has none, or it has no lines', async () => {
    const binary = (text: string) => `\0${text}`;
    const hunks = await hunksOf(
      { gone: 'x\n', kept: 'x\n', logo: binary('x') },
      { gone: '', kept: 'y\n', logo: binary('y') },
      { gone: 'z\n', kept: '', logo: binary('z') },
    );
    expect(hunks).toEqual([
      { path: 'gone', line: null, base: '(no such file)', work: '(the file, changed)' },
      { path: 'kept', line: null, base: '(the file, changed)', work: '(no such file)' },
      { path: 'logo', line: null, base: '(another binary file)', work: '(another binary file)' },
    ]);
  });

  it('have at most 4 KB together', async () => {
    const files = (text: string) =>
      Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`f${index}`, `${text.repeat(5000)}\n`]));
    const hunks = await hunksOf(files('x'), files('y'), files('ü'));
    expect(hunks.length).toBeGreaterThan(0);
    expect(Buffer.byteLength(hunks.map(({ base, work }) => base + work).join(''))).toBeLessThanOrEqual(4096);
  });

  it('are read with the line ends of Windows, and to the end of a file that is cut off', () => {
    const text = '<<<<<<< a\r\nB\r\n=======\r\nW\r\n>>>>>>> b\r\n<<<<<<< a\r\nB';
    expect(markedHunks('a', text)).toEqual([{ path: 'a', line: 1, base: 'B', work: 'W' }]);
  });
});

type Files = Record<string, string>;
