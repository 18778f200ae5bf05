import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Landing } from '../../../src/activities/forge/forge.js';
import { openMirror } from '../../../src/activities/git/mirror.js';
import { git, read, write } from '../git/rig.js';
import { CheckoutRig } from './checkout-rig.js';

const base = {
  'a.txt': 'old\n',
  'b.txt': 'b\n',
  'c.txt': 'c\n',
  'run.sh': 'run\n',
  '.gitignore': '*.log\n',
};
const merged = { kind: 'merged' };
const blocked = (words: string): object => ({ kind: 'blocked', message: expect.stringContaining(words) });
/** It has landed, and something is left for a person. */
const left = (words: string): object => ({ kind: 'merged', remainder: expect.stringContaining(words) });

let rig: CheckoutRig;
afterEach(() => rig.remove());

/** A repository, and a change of files on its way. */
function open(edit: (folder: string) => void, files: Record<string, string> = base): Landing {
  rig = new CheckoutRig(files);
  return rig.change(edit);
}

const newText = (folder: string) => write(folder, { 'a.txt': 'new\n' });
const isExecutable = (path: string) => (lstatSync(join(rig.user, path)).mode & 0o100) !== 0;

describe('what a person has not committed, elsewhere', () => {
  it('stays exactly as it is: edited, staged, both, deleted, with another mode, untracked, ignored', async () => {
    const landing = open((folder) => write(folder, { 'a.txt': 'new\n', 'new/n.txt': 'n\n' }), {
      ...base,
      'd.txt': 'd\n',
      'e.txt': 'e\n',
    });
    write(rig.user, { 'b.txt': 'staged\n', 'e.txt': 'staged\n', 'notes.txt': 'notes\n', 'x.log': 'log\n' });
    git(rig.user, 'add', 'b.txt', 'e.txt');
    write(rig.user, { 'b.txt': 'edited\n' });
    rmSync(join(rig.user, 'c.txt'));
    git(rig.user, 'rm', '--quiet', '--cached', 'd.txt');
    chmodSync(join(rig.user, 'run.sh'), 0o755);
    const before = [rig.status(), git(rig.user, 'diff'), git(rig.user, 'diff', '--cached')];

    expect(await rig.merge(landing)).toEqual(merged);
    expect(rig.head()).toBe(landing.candidate.sha);
    expect([read(rig.user, 'a.txt'), read(rig.user, 'new/n.txt')]).toEqual(['new\n', 'n\n']);
    expect([rig.status(), git(rig.user, 'diff'), git(rig.user, 'diff', '--cached')]).toEqual(before);
    expect(read(rig.user, 'b.txt')).toBe('edited\n');
    expect(git(rig.user, 'show', ':b.txt')).toBe('staged');
    expect(rig.leftovers()).toEqual([]);
  });

  it('keeps its times: nothing is written that does not land', async () => {
    const landing = open(newText);
    write(rig.user, { 'b.txt': 'mine\n' });
    const times = () => ['b.txt', 'c.txt'].map((path) => lstatSync(join(rig.user, path)).ctimeMs);
    const before = times();
    expect(await rig.merge(landing)).toEqual(merged);
    expect(times()).toEqual(before);
  });
});

describe('what a person has not committed, where something lands', () => {
  const changed: [string, () => void][] = [
    ['edited', () => write(rig.user, { 'a.txt': 'mine\n' })],
    ['deleted', () => rmSync(join(rig.user, 'a.txt'))],
    ['given another mode', () => chmodSync(join(rig.user, 'a.txt'), 0o755)],
    [
      'staged',
      () => {
        write(rig.user, { 'a.txt': 'mine\n' });
        git(rig.user, 'add', 'a.txt');
      },
    ],
    [
      'staged, and edited back',
      () => {
        write(rig.user, { 'a.txt': 'mine\n' });
        git(rig.user, 'add', 'a.txt');
        write(rig.user, { 'a.txt': 'old\n' });
      },
    ],
    ['removed from the index', () => git(rig.user, 'rm', '--quiet', '--cached', 'a.txt')],
    [
      'replaced by a link',
      () => {
        rmSync(join(rig.user, 'a.txt'));
        symlinkSync('b.txt', join(rig.user, 'a.txt'));
      },
    ],
    [
      'edited and hidden by assume-unchanged',
      () => {
        git(rig.user, 'update-index', '--assume-unchanged', 'a.txt');
        write(rig.user, { 'a.txt': 'mine\n' });
      },
    ],
    [
      'edited and hidden by skip-worktree',
      () => {
        git(rig.user, 'update-index', '--skip-worktree', 'a.txt');
        write(rig.user, { 'a.txt': 'mine\n' });
      },
    ],
  ];

  it.each(changed)('makes the landing wait when a file was %s', async (_, edit) => {
    const landing = open((folder) => write(folder, { 'a.txt': 'new\n', 'b.txt': 'new\n' }));
    edit();
    const look = () => [
      rig.status(),
      git(rig.user, 'ls-files', '-v', '--stage'),
      existsSync(join(rig.user, 'a.txt')) && read(rig.user, 'a.txt'),
    ];
    const before = look();
    expect(await rig.merge(landing)).toEqual(
      blocked(`main is checked out in ${rig.user}: a.txt changed there; commit or stash that`),
    );
    expect(look()).toEqual(before);
    expect(read(rig.user, 'b.txt')).toBe('b\n');
    expect(rig.head()).toBe(landing.candidate.baseSha);
    expect(rig.leftovers()).toEqual([]);

    rmSync(join(rig.user, '.git/index'));
    git(rig.user, 'reset', '--quiet', '--hard');
    expect(await rig.merge(landing)).toEqual(merged);
    expect(rig.status()).toEqual([]);
  });

  it('is no obstacle when it is what lands', async () => {
    const landing = open((folder) => write(folder, { 'a.txt': 'new\n', 'b.txt': 'new\n', 'n.txt': 'n\n' }));
    write(rig.user, { 'a.txt': 'new\n', 'b.txt': 'new\n', 'n.txt': 'n\n' });
    git(rig.user, 'add', 'a.txt');
    expect(await rig.merge(landing)).toEqual(merged);
    expect(rig.status()).toEqual([]);
  });

  it('is no obstacle when a file was only touched', async () => {
    const landing = open(newText);
    write(rig.user, { 'a.txt': 'old\n' });
    expect(await rig.merge(landing)).toEqual(merged);
    expect(rig.status()).toEqual([]);
  });

  it('makes the landing wait when git itself would refuse, with its words', async () => {
    const landing = open(newText);
    git(rig.user, 'update-index', '--assume-unchanged', 'a.txt');
    utimesSync(join(rig.user, 'a.txt'), 1, 1);
    expect(await rig.merge(landing)).toEqual(blocked("Entry 'a.txt' not uptodate"));
    expect(rig.head()).toBe(landing.candidate.baseSha);
    git(rig.user, 'update-index', '--no-assume-unchanged', 'a.txt');
    expect(await rig.merge(landing)).toEqual(merged);
  });

  const standing: [string, (folder: string) => void, Record<string, string>, string][] = [
    ['an untracked file', (f) => write(f, { 'n.txt': 'n' }), { 'n.txt': 'mine' }, 'n.txt'],
    [
      'an ignored file',
      (f) => {
        write(f, { 'n.log': 'n' });
        git(f, 'add', '--force', 'n.log');
      },
      { 'n.log': 'mine' },
      'n.log',
    ],
    ['a file in place of a folder', (f) => write(f, { 'n/n.txt': 'n' }), { n: 'mine' }, 'n'],
    [
      'a folder in place of a file',
      (f) => write(f, { n: 'n' }),
      { 'n/deep/mine.txt': 'mine' },
      'n/deep/mine.txt',
    ],
    [
      'an ignored file in a folder that becomes a file',
      (f) => {
        rmSync(join(f, 'dir'), { recursive: true });
        write(f, { dir: 'file' });
      },
      { 'dir/mine.log': 'mine' },
      'dir/mine.log',
    ],
  ];

  it.each(standing)('makes the landing wait when %s is in the way', async (_, edit, mine, place) => {
    const landing = open(edit, { ...base, 'dir/d.txt': 'd\n' });
    write(rig.user, mine);
    const before = rig.status();
    expect(await rig.merge(landing)).toEqual(
      blocked(`${place} would be overwritten and not committed; move that away`),
    );
    for (const [path, content] of Object.entries(mine)) expect(read(rig.user, path)).toBe(content);
    expect(rig.status()).toEqual(before);
    expect(rig.head()).toBe(landing.candidate.baseSha);

    for (const path of Object.keys(mine)) rmSync(join(rig.user, path));
    expect(await rig.merge(landing)).toEqual(merged);
    expect(rig.status()).toEqual([]);
  });

  it('is named with everything else that is in the way', async () => {
    const landing = open((folder) => write(folder, { 'a.txt': 'new\n', 'n.txt': 'n\n' }));
    write(rig.user, { 'a.txt': 'mine\n', 'n.txt': 'mine\n' });
    expect(await rig.merge(landing)).toEqual(
      blocked('a.txt changed there; commit or stash that, and n.txt would be overwritten and not committed'),
    );
  });
});

describe('what is under way in the working tree', () => {
  const activities: [string, () => void, string, () => void][] = [
    [
      'a rebase',
      () => git(rig.user, '-c', 'sequence.editor=sed -i s/pick/edit/', 'rebase', '--quiet', '-i', '--root'),
      'a rebase is under way there; finish it',
      () => git(rig.user, 'rebase', '--abort'),
    ],
    [
      'a merge',
      () => git(rig.user, 'merge', '--quiet', '--no-commit', '--no-ff', 'side'),
      'a merge is under way there; finish it',
      () => git(rig.user, 'merge', '--abort'),
    ],
    [
      'a cherry-pick with a conflict',
      () => expect(() => git(rig.user, 'cherry-pick', 'conflicting')).toThrow(),
      'a cherry-pick is under way there; finish it',
      () => git(rig.user, 'cherry-pick', '--abort'),
    ],
    [
      'files in conflict',
      () => {
        git(rig.user, 'read-tree', '--empty');
        git(rig.user, 'read-tree', '-i', '-m', 'main', 'conflicting~1', 'conflicting');
      },
      'b.txt in conflict there; solve that and git add it',
      () => git(rig.user, 'reset', '--quiet', '--hard'),
    ],
  ];

  it.each(activities)('makes the landing wait: %s', async (_, begin, words, end) => {
    const landing = open(newText);
    git(rig.user, 'switch', '--quiet', '-c', 'side');
    write(rig.user, { 'side.txt': 'side\n' });
    git(rig.user, 'add', '.');
    git(rig.user, 'commit', '--quiet', '-m', 'Side');
    git(rig.user, 'switch', '--quiet', '-c', 'conflicting', 'main');
    write(rig.user, { 'b.txt': 'theirs\n' });
    git(rig.user, 'commit', '--quiet', '-a', '-m', 'One');
    write(rig.user, { 'b.txt': 'again\n' });
    git(rig.user, 'commit', '--quiet', '-a', '-m', 'Two');
    git(rig.user, 'switch', '--quiet', 'main');

    begin();
    const before = rig.status();
    expect(await rig.merge(landing)).toEqual(blocked(words));
    expect(rig.status()).toEqual(before);
    end();
    expect(await rig.merge(landing)).toEqual(merged);
    expect(rig.status()).toEqual([]);
  });

  it('makes the landing wait: another git, that holds the index', async () => {
    const landing = open(newText);
    const lock = join(rig.user, '.git/index.lock');
    writeFileSync(lock, '');
    expect(await rig.merge(landing)).toEqual(blocked(`when none is, remove ${lock}`));
    expect(existsSync(lock)).toBe(true);
    rmSync(lock);
    expect(await rig.merge(landing)).toEqual(merged);
    expect(rig.leftovers()).toEqual([]);
  });
});

describe('a person who is faster', () => {
  it('has committed before the lock was taken: their commit stays, and the change is made anew', async () => {
    const landing = open(newText);
    write(rig.user, { 'b.txt': 'mine\n' });
    let head = '';
    const outcome = await rig.merge(landing, (step) => {
      if (step !== 'journalled') return;
      git(rig.user, 'commit', '--quiet', '-a', '-m', 'Mine');
      head = rig.head();
    });
    expect(outcome).toEqual({ kind: 'moved' });
    expect(rig.head()).toBe(head);
    expect(rig.status()).toEqual([]);
    expect(rig.leftovers()).toEqual([]);
  });

  it('has moved the branch after the look: nothing of the landing is in their files', async () => {
    const landing = open(newText);
    let head = '';
    const outcome = await rig.merge(landing, (step) => {
      if (step !== 'examined') return;
      head = git(rig.user, 'commit-tree', '-p', 'HEAD', '-m', 'Mine', 'HEAD^{tree}');
      git(rig.user, 'update-ref', 'refs/heads/main', head);
    });
    expect(outcome).toEqual({ kind: 'moved' });
    expect(rig.head()).toBe(head);
    expect(read(rig.user, 'a.txt')).toBe('old\n');
    expect(rig.status()).toEqual([]);
  });

  it('cannot commit between the look and the move', async () => {
    const landing = open(newText);
    write(rig.user, { 'b.txt': 'mine\n' });
    const outcome = await rig.merge(landing, (step) => {
      if (step !== 'examined' && step !== 'moved') return;
      expect(() => git(rig.user, 'commit', '--quiet', '-a', '-m', 'Mine')).toThrow(/index.lock/);
    });
    expect(outcome).toEqual(merged);
    expect(rig.status()).toEqual(['M b.txt']);
  });

  it('has edited a file after the look: it stays theirs, and git shows it as a conflict', async () => {
    const landing = open((folder) => write(folder, { 'a.txt': 'new\n', 'b.txt': 'new\n' }));
    const outcome = await rig.merge(landing, (step) => {
      if (step === 'examined') write(rig.user, { 'a.txt': 'mine\n' });
    });
    expect(outcome).toEqual(left('a.txt there is neither as before nor as it landed'));
    expect(read(rig.user, 'a.txt')).toBe('mine\n');
    expect(rig.status()).toEqual(['UU a.txt']);
    expect(read(rig.user, 'b.txt')).toBe('new\n');
    git(rig.user, 'add', 'a.txt');
    expect(await rig.merge(landing)).toEqual(merged);
    expect(rig.status()).toEqual(['M  a.txt']);
  });
});

describe('a candidate', () => {
  it('is brought by the mirror where the repository does not take its ref', async () => {
    rig = new CheckoutRig(base);
    const { gitDir } = await openMirror({ paths: rig.rig.paths, config: rig.rig.config });
    const landing = rig.change(newText, gitDir);
    expect(await rig.merge(landing)).toEqual(merged);
    expect(rig.head()).toBe(landing.candidate.sha);
    expect(rig.status()).toEqual([]);
  });

  it('that has landed is not landed again, whatever was edited since', async () => {
    const landing = open(newText);
    expect(await rig.merge(landing)).toEqual(merged);
    write(rig.user, { 'a.txt': 'mine\n' });
    expect(await rig.merge(landing)).toEqual(merged);
    expect(rig.status()).toEqual(['M a.txt']);
  });

  it('that a hook refuses touches no file', async () => {
    const landing = open(newText);
    mkdirSync(join(rig.user, '.git/hooks'), { recursive: true });
    const hook = '#!/bin/sh\necho only on Mondays >&2\nexit 1\n';
    writeFileSync(join(rig.user, '.git/hooks/pre-receive'), hook, { mode: 0o755 });
    const time = lstatSync(join(rig.user, 'a.txt')).ctimeMs;
    expect(await rig.merge(landing)).toEqual(blocked('only on Mondays'));
    expect(lstatSync(join(rig.user, 'a.txt')).ctimeMs).toBe(time);
    expect([rig.status(), rig.leftovers()]).toEqual([[], []]);
  });
});

describe('several working trees', () => {
  function linked(name: string, ...args: string[]): string {
    const path = join(rig.rig.folder, name);
    git(rig.user, 'worktree', 'add', '--quiet', ...args, path, 'main');
    return path;
  }

  it('move together, those of a bare repository too', async () => {
    rig = new CheckoutRig(base, true);
    const landing = rig.change(newText);
    const [one, other] = [linked('one'), linked('other', '--force')];
    write(one, { 'b.txt': 'mine\n' });
    expect(await rig.merge(landing)).toEqual(merged);
    expect([read(one, 'a.txt'), read(other, 'a.txt')]).toEqual(['new\n', 'new\n']);
    expect([rig.status(one), rig.status(other)]).toEqual([['M b.txt'], []]);
  });

  it('stay where they are when one of them cannot move', async () => {
    const landing = open(newText);
    const other = linked('other', '--force');
    write(other, { 'a.txt': 'mine\n' });
    expect(await rig.merge(landing)).toEqual(blocked(`main is checked out in ${other}: a.txt changed there`));
    expect(read(rig.user, 'a.txt')).toBe('old\n');
    expect(rig.head()).toBe(landing.candidate.baseSha);
  });

  it('with another branch do not matter', async () => {
    const landing = open(newText);
    git(rig.user, 'switch', '--quiet', '-c', 'other');
    write(rig.user, { 'a.txt': 'mine\n' });
    expect(await rig.merge(landing)).toEqual(merged);
    expect(read(rig.user, 'a.txt')).toBe('mine\n');
  });
});

describe('a submodule', () => {
  /** The submodule at `sha`, or no submodule. */
  function point(folder: string, sha: string | null): void {
    rmSync(join(folder, 'sub'), { recursive: true, force: true });
    if (sha === null) return;
    mkdirSync(join(folder, 'sub'));
    git(folder, 'update-index', '--add', '--cacheinfo', `160000,${sha},sub`);
  }

  it('is left alone in its folder when it comes, moves and goes', async () => {
    open(newText);
    const sub = join(rig.user, 'sub');
    const [one, other] = ['1'.repeat(40), '2'.repeat(40)];
    for (const sha of [one, other, null]) {
      const landing = rig.change((folder) => point(folder, sha));
      expect(await rig.merge(landing)).toEqual({
        ...merged,
        remainder: expect.stringMatching(/^submodules have changed \(sub\), .*git submodule update$/),
      });
      if (sha !== one) {
        expect(read(sub, 'work.txt')).toBe('half done\n');
        expect(git(sub, 'rev-parse', '--show-toplevel')).toBe(sub);
        continue;
      }
      git(rig.user, 'init', '--quiet', 'sub');
      write(sub, { 'work.txt': 'half done\n' });
    }
    expect(rig.status()).toEqual(['?? sub/']);
  });

  it('makes the landing wait when a file is to be in place of its folder', async () => {
    open(newText);
    expect(await rig.merge(rig.change((folder) => point(folder, '1'.repeat(40))))).toMatchObject(merged);
    write(join(rig.user, 'sub'), { 'work.txt': 'half done\n' });
    const landing = rig.change((folder) => {
      point(folder, null);
      write(folder, { sub: 'a file\n' });
    });
    expect(await rig.merge(landing)).toEqual(blocked('sub changed there'));
    expect(read(rig.user, 'sub/work.txt')).toBe('half done\n');
  });
});

describe('a sparse checkout', () => {
  const files = { ...base, 'in/a.txt': 'in\n', 'out/a.txt': 'out\n', 'out/gone.txt': 'gone\n' };
  const edit = (folder: string) => {
    write(folder, { 'in/a.txt': 'new\n', 'out/a.txt': 'new\n', 'out/new.txt': 'n\n', 'in/new.txt': 'n\n' });
    rmSync(join(folder, 'out/gone.txt'));
  };

  it.each([['--no-sparse-index'], ['--sparse-index']])('stays sparse (%s)', async (how) => {
    const landing = open(edit, files);
    git(rig.user, 'sparse-checkout', 'set', '--cone', how, 'in');
    write(rig.user, { 'a.txt': 'mine\n' });
    expect(await rig.merge(landing)).toEqual(merged);
    expect([read(rig.user, 'in/a.txt'), read(rig.user, 'in/new.txt')]).toEqual(['new\n', 'n\n']);
    expect(existsSync(join(rig.user, 'out'))).toBe(false);
    expect(rig.status()).toEqual(['M a.txt']);
  });

  it('waits for a file outside of it that somebody has put there', async () => {
    const landing = open(edit, files);
    git(rig.user, 'sparse-checkout', 'set', '--cone', 'in');
    write(rig.user, { 'out/a.txt': 'mine\n', 'out/new.txt': 'mine\n' });
    expect(await rig.merge(landing)).toEqual(blocked('out/a.txt changed there'));
    expect([read(rig.user, 'out/a.txt'), read(rig.user, 'out/new.txt')]).toEqual(['mine\n', 'mine\n']);
  });
});

describe('files of all kinds', () => {
  it('with CRLF in the working tree alone are not changed ones, and get their line ends', async () => {
    const landing = open(newText);
    git(rig.user, 'config', 'core.autocrlf', 'true');
    rmSync(join(rig.user, 'a.txt'));
    rmSync(join(rig.user, 'b.txt'));
    git(rig.user, 'checkout', '--quiet', '--', '.');
    expect(read(rig.user, 'a.txt')).toBe('old\r\n');
    write(rig.user, { 'b.txt': 'mine\r\n' });
    expect(await rig.merge(landing)).toEqual(merged);
    expect(read(rig.user, 'a.txt')).toBe('new\r\n');
    expect(rig.status()).toEqual(['M b.txt']);
  });

  it('with CRLF are still found changed', async () => {
    const landing = open(newText);
    git(rig.user, 'config', 'core.autocrlf', 'true');
    write(rig.user, { 'a.txt': 'mine\r\n' });
    expect(await rig.merge(landing)).toEqual(blocked('a.txt changed there'));
    expect(read(rig.user, 'a.txt')).toBe('mine\r\n');
  });

  it('with CRLF in the commits land byte for byte', async () => {
    const landing = open((folder) => write(folder, { 'crlf.txt': 'one\r\nnew\r\n' }), {
      ...base,
      'crlf.txt': 'one\r\ntwo\r\n',
    });
    expect(await rig.merge(landing)).toEqual(merged);
    expect(read(rig.user, 'crlf.txt')).toBe('one\r\nnew\r\n');
    expect(rig.status()).toEqual([]);
  });

  it('get the mode with which they land, and a mode alone lands too', async () => {
    const landing = open((folder) => {
      chmodSync(join(folder, 'run.sh'), 0o755);
      write(folder, { 'new.sh': 'new\n' });
      chmodSync(join(folder, 'new.sh'), 0o755);
    });
    expect(await rig.merge(landing)).toEqual(merged);
    expect([isExecutable('run.sh'), isExecutable('new.sh'), isExecutable('a.txt')]).toEqual([
      true,
      true,
      false,
    ]);
    expect(rig.status()).toEqual([]);
  });

  it('are renamed in case only', async () => {
    const landing = open((folder) => git(folder, 'mv', 'a.txt', 'A.txt'));
    git(rig.user, 'config', 'core.ignoreCase', 'true');
    expect(await rig.merge(landing)).toEqual(merged);
    expect(existsSync(join(rig.user, 'a.txt'))).toBe(false);
    expect(read(rig.user, 'A.txt')).toBe('old\n');
    expect(rig.status()).toEqual([]);
  });

  it('are not lost when only the case tells them from a new one', async () => {
    const landing = open((folder) => write(folder, { 'NOTES.log': 'n' }), { 'a.txt': 'old\n' });
    write(rig.user, { 'notes.log': 'mine' });
    expect(await rig.merge(landing)).toEqual(merged);
    expect(read(rig.user, 'notes.log')).toBe('mine');
  });

  it('are binary, links, and change their kind', async () => {
    const bytes = Buffer.from([0, 255, 13, 10, 0, 10, 26]);
    const landing = open((folder) => {
      writeFileSync(join(folder, 'image.bin'), bytes);
      rmSync(join(folder, 'b.txt'));
      symlinkSync('a.txt', join(folder, 'b.txt'));
      rmSync(join(folder, 'c.txt'));
      write(folder, { 'c.txt/deep.txt': 'deep\n' });
    });
    git(rig.user, 'config', 'core.autocrlf', 'true');
    expect(await rig.merge(landing)).toEqual(merged);
    expect(readFileSync(join(rig.user, 'image.bin'))).toEqual(bytes);
    expect(readlinkSync(join(rig.user, 'b.txt'))).toBe('a.txt');
    expect(read(rig.user, 'c.txt/deep.txt')).toBe('deep\r\n');
  });

  it('have odd names', async () => {
    const names = ['with space', 'tab\there', 'line\nend', '"quoted"', '-dash', ':(glob)*', 'ü'];
    const landing = open((folder) => write(folder, Object.fromEntries(names.map((name) => [name, 'n\n']))));
    write(rig.user, { 'b.txt': 'mine\n' });
    expect(await rig.merge(landing)).toEqual(merged);
    for (const name of names) expect(read(rig.user, name)).toBe('n\n');
    expect(rig.status()).toEqual(['M b.txt']);
  });
});

describe("the repository's own settings", () => {
  it('count where files are concerned, and its hooks do not run but for the push', async () => {
    const landing = open(newText, { ...base, '.gitattributes': 'a.txt filter=upper\n' });
    git(rig.user, 'config', 'filter.upper.smudge', 'tr a-z A-Z');
    git(rig.user, 'config', 'filter.upper.clean', 'tr A-Z a-z');
    const ran = join(rig.rig.folder, 'ran');
    mkdirSync(join(rig.user, '.git/hooks'), { recursive: true });
    for (const hook of ['post-index-change', 'post-checkout', 'push-to-checkout', 'post-receive']) {
      const script = `#!/bin/sh\necho ${hook} >>${ran}\n`;
      writeFileSync(join(rig.user, '.git/hooks', hook), script, { mode: 0o755 });
    }
    expect(await rig.merge(landing)).toEqual(merged);
    expect(read(rig.user, 'a.txt')).toBe('NEW\n');
    expect(readFileSync(ran, 'utf8')).toBe('post-receive\n');
  });

  it('may keep a file from being written: that is told, with the words of git', async () => {
    const files = { ...base, '.gitattributes': 'a.txt filter=odd\n' };
    const landing = open((folder) => write(folder, { 'a.txt': 'new\n', 'b.txt': 'new\n' }), files);
    git(rig.user, 'config', 'filter.odd.smudge', 'exit 3');
    git(rig.user, 'config', 'filter.odd.clean', 'cat');
    git(rig.user, 'config', 'filter.odd.required', 'true');
    expect(await rig.merge(landing)).toEqual(left('smudge filter odd failed'));
    expect(rig.head()).toBe(landing.candidate.sha);
    expect(rig.status()).toEqual(['DU a.txt', 'M b.txt']);
    git(rig.user, 'config', 'filter.odd.smudge', 'cat');
    git(rig.user, 'checkout', '--quiet', '--theirs', '--', 'a.txt');
    git(rig.user, 'add', 'a.txt');
    expect(await rig.merge(landing)).toEqual(merged);
    expect([read(rig.user, 'a.txt'), read(rig.user, 'b.txt')]).toEqual(['new\n', 'new\n']);
    expect(rig.status()).toEqual([]);
    expect(rig.leftovers()).toEqual([]);
  });

  it('may have git be killed by a filter: what it did not get to is done the next time', async () => {
    const files = { ...base, '.gitattributes': 'b.txt filter=deadly\n' };
    const landing = open(
      (folder) => write(folder, { 'a.txt': 'new\n', 'b.txt': 'new\n', 'c.txt': 'new\n' }),
      files,
    );
    git(rig.user, 'config', 'filter.deadly.smudge', 'kill -9 $PPID; cat');
    expect(await rig.merge(landing)).toEqual(left('c.txt could not be written'));
    expect(['a.txt', 'c.txt'].map((path) => read(rig.user, path))).toEqual(['new\n', 'c\n']);
    // Git had taken the old file away, and not written the new one.
    expect(rig.status()).toEqual(['DU b.txt', 'M c.txt']);
    git(rig.user, 'config', 'filter.deadly.smudge', 'cat');
    expect(await rig.merge(landing)).toEqual(left('b.txt there is neither as before nor as it landed'));
    expect(read(rig.user, 'c.txt')).toBe('new\n');
    git(rig.user, 'checkout', '--quiet', '--theirs', '--', 'b.txt');
    git(rig.user, 'add', 'b.txt');
    expect(await rig.merge(landing)).toEqual(merged);
    expect(rig.status()).toEqual([]);
  });
});
