import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chmodSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import pc from 'picocolors';
import type { Finding } from '../../../src/domain/finding.js';
import { parsePatch } from '../../../src/client/diff/parse.js';
import { readLines } from '../../../src/client/diff/read-lines.js';
import { showPatch } from '../../../src/client/diff/show-patch.js';
import { showStat, statOf } from '../../../src/client/diff/stat.js';
import { GitRig, git, write } from '../../activities/git/rig.js';

const many = Array.from({ length: 40 }, (_, index) => `line ${index + 1}\n`).join('');
const odd = 'dir with blanks/ü "quoted"\t.txt';

const rig = new GitRig({
  files: {
    'crlf.txt': 'one\r\ntwo\r\nthree\r\n',
    'to-crlf.txt': 'one\ntwo\n',
    'README.md': many,
    'moved.txt': many.replaceAll('line', 'row'),
    'run.sh': 'echo\n',
    'gone.txt': 'gone\n',
    'logo.png': 'a\0b',
    'words.ts': 'const total = first + second;\n-- a comment of SQL\nlast',
    [odd]: 'old\n',
  },
});
let file: string;

beforeAll(async () => {
  const { path, runPath } = await rig.workspace();
  renameSync(join(path, 'README.md'), join(path, 'readme.md'));
  renameSync(join(path, 'moved.txt'), join(path, 'there.txt'));
  chmodSync(join(path, 'run.sh'), 0o755);
  rmSync(join(path, 'gone.txt'));
  symlinkSync('run.sh', join(path, 'link'));
  write(path, {
    'crlf.txt': 'one\r\ntwo too\r\nthree\n',
    'to-crlf.txt': 'one\r\ntwo\n',
    'there.txt': many.replaceAll('line', 'row').replace('row 7\n', 'row seven\n'),
    'logo.png': 'a\0c',
    'words.ts': 'const total = first + third;\n++ not a heading\nlast\n',
    'empty.txt': '',
    [odd]: 'new\n',
  });
  await rig.checkpoint({ ...(await rig.workspace()), path, runPath });
  file = join(runPath, 'diff.patch');
});
afterAll(() => rig.remove());

const files = () => parsePatch(readLines(file));
/** Shows what is marked inside of a line. */
const marked = { ...pc.createColors(false), inverse: (text: unknown) => `[${String(text)}]` };

async function shown(findings: Finding[] = [], words = true): Promise<string> {
  const lines: string[] = [];
  for await (const line of showPatch(files(), { colors: marked, words, findings })) lines.push(line);
  return lines.join('\n');
}

const finding: Finding = {
  id: '1',
  severity: 'blocking',
  file: 'words.ts',
  line: 1,
  claim: 'Nobody defines third',
  evidence: 'const total = first + third;',
  suggestion: null,
  doubt: null,
  sources: ['correctness'],
  sha: 'c1',
  round: 1,
  resolution: { kind: 'open', refuted: null },
};

describe('the patch of a checkpoint', () => {
  it('says of each file what happens to it', async () => {
    const changes = await statOf(files());
    const named = Object.fromEntries(
      changes.map(({ path, kind, oldPath, added, removed, binary }) => [
        path,
        [kind, ...(oldPath === null ? [] : [oldPath]), ...(binary ? ['binary'] : [added, removed])],
      ]),
    );
    expect(named).toEqual({
      'crlf.txt': ['modified', 2, 2],
      'to-crlf.txt': ['modified', 1, 1],
      'readme.md': ['renamed', 'README.md', 0, 0],
      'there.txt': ['renamed', 'moved.txt', 1, 1],
      'run.sh': ['modified', 0, 0],
      'gone.txt': ['deleted', 0, 1],
      'logo.png': ['modified', 'binary'],
      'words.ts': ['modified', 3, 3],
      'empty.txt': ['added', 0, 0],
      [odd]: ['modified', 1, 1],
      link: ['added', 1, 0],
    });
  });

  it('still is one that git applies', () => {
    git(rig.user, 'apply', '--check', file);
  });

  it('is shown as a table with modes, renames and binary files', async () => {
    const lines: string[] = [];
    for await (const line of showStat(files(), Infinity)) lines.push(line.replace(/ {2,}/g, '  '));
    expect(lines).toEqual(
      expect.arrayContaining([
        'readme.md  +0  -0  renamed in case only from README.md',
        expect.stringMatching(/^there\.txt {2}\+1 {2}-1 {2}renamed from moved\.txt, \d\d% the same$/),
        'run.sh  +0  -0  mode 100644 → 100755',
        'gone.txt  +0  -1  deleted',
        'logo.png  binary',
        'empty.txt  +0  -0  new, empty',
        'link  +1  -0  new, symbolic link',
        '11 files changed, +9 -9',
      ]),
    );
  });

  it('marks the words that differ, and what git says of the end of a file', async () => {
    const page = await shown();
    expect(page).toContain('-const total = first + [second];\n');
    expect(page).toContain('+const total = first + [third];\n');
    expect(page).toContain('--- a comment of SQL\n-last\n\\ No newline at end of file\n');
    expect(page).toContain('+++ not a heading\n+last\n');
    expect(await shown([], false)).toContain('+const total = first + third;\n');
  });

  it('shows a carriage return only where it is what changes', async () => {
    const page = await shown();
    expect(page).toContain(' one\n-two\n-three[^M]\n+two[ too]\n+three\n');
    expect(page).toContain('-one\n+one[^M]\n two\n');
    expect(page.match(/\^M/g)).toHaveLength(2);
    expect(page).not.toContain('\r');
  });

  it('has each finding once: beneath its line, with its file, or at the end', async () => {
    const page = await shown([
      finding,
      { ...finding, id: '2', line: 400, claim: 'There is no such line', severity: 'warning' },
      { ...finding, id: '3', file: 'elsewhere.ts', line: 1, claim: 'It breaks a caller' },
      {
        ...finding,
        id: '4',
        file: null,
        line: null,
        claim: 'It is too large',
        resolution: { kind: 'accepted', by: 'ann', at: '2026-01-01T00:00:00.000Z' },
      },
    ]);
    expect(page).toMatch(
      /\+const total = first \+ \[third\];\n {2}┃ blocking, open, raised by correctness\n {2}┃ Nobody defines third\n/,
    );
    expect(page).toMatch(/\+last\n {2}┃ at words\.ts:400\n {2}┃ warning, open, raised by correctness\n/);
    const [, end] = page.split('Findings that are about nothing in this diff\n');
    expect(end).toContain('at elsewhere.ts:1');
    expect(end).toContain('at the change as a whole');
    expect(end).toContain('blocking, accepted by ann, raised by correctness');
    expect(page.match(/Nobody defines third/g)).toHaveLength(1);
  });
});
