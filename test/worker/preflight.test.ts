import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parseConfig } from '../../src/config/parse.js';
import { dataPaths } from '../../src/config/paths.js';
import { examineRepository } from '../../src/worker/preflight.js';

describe('the look at the repository before up', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'continuo-preflight-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const examine = (repository = '{ url: . }') => {
    const text = `---\ntracker: { kind: file }\nagent: { kind: command }\ncommand: { run: "true" }\nrepository: ${repository}\nland: {}\n---\nDo it.\n`;
    const config = parseConfig(join(folder, 'WORKFLOW.md'), text, process.env);
    const warnings: string[] = [];
    const log = {
      debug: () => undefined,
      info: () => undefined,
      warn: (message: string) => void warnings.push(message),
      error: () => undefined,
    };
    return examineRepository({ config, paths: dataPaths(join(folder, 'data')), log }).then(() => warnings);
  };
  const git = (...args: string[]) => execFileSync('git', ['-C', folder, ...args], { stdio: 'pipe' });
  const commit = async () => {
    git('init', '--quiet', '--initial-branch', 'main');
    await writeFile(join(folder, 'a.txt'), 'a');
    git('add', 'a.txt');
    git('-c', 'user.name=t', '-c', 'user.email=t@localhost', 'commit', '--quiet', '--message', 'a');
  };

  it('refuses a folder without a repository', async () => {
    await expect(examine()).rejects.toThrow(
      /WORKFLOW\.md: repository: .* is not a git repository .* git init/,
    );
  });

  it('refuses a repository without commits', async () => {
    git('init', '--quiet', '--initial-branch', 'main');
    await expect(examine()).rejects.toThrow(/has no commits: make a first one/);
  });

  it('refuses a base that does not exist, and names those that do', async () => {
    await commit();
    await expect(examine('{ url: ., base: nope }')).rejects.toThrow(/no branch nope in .* it has main/);
  });

  it('takes a repository with half-done work in it, and a bare one', async () => {
    await commit();
    await writeFile(join(folder, 'a.txt'), 'changed');
    expect(await examine()).toEqual([]);
    git('clone', '--quiet', '--bare', '.', 'bare.git');
    expect(await examine('{ url: bare.git }')).toEqual([]);
  });

  it('goes on when a remote cannot be reached now', async () => {
    // Port 9 of this machine: nobody listens there.
    expect(await examine('{ url: "http://127.0.0.1:9/x.git" }')).toEqual([
      'repository cannot be reached now',
    ]);
  });
});
