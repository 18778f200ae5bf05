import { MockActivityEnvironment } from '@temporalio/testing';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createForgeActivities } from '../../../src/activities/forge/activities.js';
import { createGitActivities } from '../../../src/activities/git/activities.js';
import type { LandingEdits } from '../../../src/activities/git/rebase.js';
import type { HostDeps } from '../../../src/activities/host.js';
import type { Config } from '../../../src/config/config.js';
import { parseConfig } from '../../../src/config/parse.js';
import type { DataPaths } from '../../../src/config/paths.js';
import { dataPaths } from '../../../src/config/paths.js';
import type { Issue } from '../../../src/domain/issue.js';
import type { LandingCandidate, LandingEntry, TakenIn } from '../../../src/domain/landing.js';
import type { Workspace } from '../../../src/domain/task.js';
import type {
  CheckpointOutcome,
  MergeOutcome,
  PrepareOutcome,
  RebaseOutcome,
  StackTop,
} from '../../../src/workflows/ports.js';
import { testIssue } from '../../support/fake-ports.js';

interface RigOptions {
  bare?: boolean;
  /** What the first commit has; by default a README. */
  files?: Record<string, string>;
  /** More of the front matter. */
  sections?: string;
  repository?: string | null;
  /** Where workspaces are; in the rig's own folder unless given. */
  root?: string;
  landingEdits?: LandingEdits;
}

/** A user's repository with one commit on `main`, and a host that works on it. */
export class GitRig {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'continuo-git-')));
  readonly user = join(this.folder, 'user');
  readonly logged: string[] = [];
  /** The host that works, with its own data directory and workspaces; see `at`. */
  private host = 'here';
  project = 'shop';

  constructor(private readonly options: RigOptions = {}) {
    const files = options.files ?? { 'README.md': 'Shop\n' };
    const source = options.bare ? join(this.folder, 'source') : this.user;
    mkdirSync(source);
    git(source, 'init', '--quiet', '--initial-branch=main');
    write(source, files);
    commitAll(source, 'First');
    if (options.bare) git(this.folder, 'clone', '--quiet', '--bare', source, this.user);
  }

  get root(): string {
    return this.options.root ?? join(this.folder, `workspaces@${this.host}`);
  }

  get paths(): DataPaths {
    return dataPaths(join(this.folder, `data@${this.host}`));
  }

  /** Does work as another host of the project does it. */
  async at<T>(host: string, work: () => Promise<T>): Promise<T> {
    const before = this.host;
    this.host = host;
    try {
      return await work();
    } finally {
      this.host = before;
    }
  }

  get config(): Config {
    const { repository = this.user, sections = '' } = this.options;
    const text = `---
project: { name: ${this.project} }
tracker: { kind: file }
workspace: { root: ${JSON.stringify(this.root)} }
repository: { url: ${JSON.stringify(repository ?? '.')}, base: main }
land: { mode: merge }
agent: { kind: command }
command: { run: 'true' }
${sections}
---
Work.
`;
    const config = parseConfig(join(this.folder, 'WORKFLOW.md'), text, {});
    return repository === null ? { ...config, repository } : config;
  }

  get deps(): HostDeps {
    const log = (message: string, fields?: unknown) =>
      void this.logged.push(`${message} ${JSON.stringify(fields ?? {})}`);
    return {
      host: this.host,
      paths: this.paths,
      env: process.env,
      configs: { put: () => Promise.resolve(), get: () => Promise.resolve(this.config) },
      log: { debug: log, info: log, warn: log, error: log },
    };
  }

  get activities() {
    const { landingEdits = () => Promise.resolve([]) } = this.options;
    return createGitActivities(this.deps, { landingEdits });
  }

  issue(identifier = 'SHOP-1'): Issue {
    return testIssue({ id: identifier, identifier });
  }

  prepare(identifier = 'SHOP-1', headSha: string | null = null): Promise<PrepareOutcome> {
    const input = { config: 'hash', project: this.project, issue: this.issue(identifier), headSha };
    return run(() => this.activities.prepare(input));
  }

  async workspace(identifier = 'SHOP-1', headSha: string | null = null): Promise<Workspace> {
    const outcome = await this.prepare(identifier, headSha);
    if (outcome.kind !== 'ready') throw new Error(`not prepared: ${outcome.message}`);
    return outcome.workspace;
  }

  checkpoint(
    workspace: Workspace,
    more: { identifier?: string; message?: string; scope?: string[]; session?: string; author?: string } = {},
  ): Promise<CheckpointOutcome> {
    const { identifier = 'SHOP-1', message = 'Did it', scope = [], session = null, author } = more;
    const input = {
      config: 'hash',
      project: this.project,
      issueId: identifier,
      identifier,
      scope,
      workspace,
      session,
      message,
      ...(author !== undefined && { author }),
    };
    return run(() => this.activities.checkpoint(input));
  }

  /** Writes files into the workspace and saves them. */
  async commit(
    workspace: Workspace,
    files: Record<string, string>,
    more: { identifier?: string; message?: string; author?: string } = {},
  ): Promise<string> {
    write(workspace.path, files);
    const outcome = await this.checkpoint(workspace, more);
    if (outcome.kind !== 'committed') throw new Error(`not committed: ${JSON.stringify(outcome)}`);
    return outcome.sha;
  }

  entry(workspace: Workspace, sha: string, more: Partial<LandingEntry> = {}): LandingEntry {
    return {
      key: `task#1@${sha}`,
      taskWorkflowId: 'task',
      project: this.project,
      identifier: 'SHOP-1',
      title: 'Add the numbers',
      issueId: 'SHOP-1',
      source: 'tracker',
      configHash: 'hash',
      host: 'here',
      workspace,
      sha,
      base: 'main',
      strategy: 'squash',
      verify: false,
      session: 'session-1',
      ...more,
    };
  }

  rebase(entry: LandingEntry, onto?: StackTop): Promise<RebaseOutcome> {
    return run(() => this.activities.rebase({ entry, ...(onto && { onto }) }));
  }

  async candidate(entry: LandingEntry, onto?: StackTop): Promise<LandingCandidate> {
    const outcome = await this.rebase(entry, onto);
    if (outcome.kind !== 'ready') throw new Error(`not ready: ${JSON.stringify(outcome)}`);
    return outcome.candidate;
  }

  takeInBase(entry: LandingEntry, baseSha: string): Promise<TakenIn> {
    return run(() => this.activities.takeInBase({ entry, baseSha }));
  }

  merge(entry: LandingEntry, candidate: LandingCandidate): Promise<MergeOutcome> {
    const forge = createForgeActivities(this.deps, { workflowQueue: 'continuo' });
    return run(() => forge.merge({ entry, candidate }));
  }

  cleanUp(workspace: Workspace, refs: boolean, identifier = 'SHOP-1'): Promise<void> {
    const input = { config: 'hash', project: this.project, identifier, workspace, refs };
    return run(() => this.activities.cleanUp(input));
  }

  /** Runs git in the user's repository. */
  git(...args: string[]): string {
    return git(this.user, ...args);
  }

  /** A hook of the user's repository, which must be bare. */
  hook(name: string, script: string): void {
    const folder = join(this.user, 'hooks');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }

  /** Someone else commits to the base of the user's repository, which is not bare. */
  commitToBase(files: Record<string, string>, message = 'Somebody else'): string {
    write(this.user, files);
    return commitAll(this.user, message);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Runs the work in an activity's context. */
function run<T>(work: () => Promise<T>): Promise<T> {
  return new MockActivityEnvironment().run(work);
}

const identity = ['-c', 'user.name=User', '-c', 'user.email=user@localhost', '-c', 'commit.gpgsign=false'];

export function git(folder: string, ...args: string[]): string {
  const env = { ...process.env, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' };
  const output = execFileSync('git', [...identity, ...args], { cwd: folder, env, stdio: 'pipe' });
  return output.toString('utf8').trim();
}

export function commitAll(folder: string, message: string): string {
  git(folder, 'add', '-A');
  git(folder, 'commit', '--quiet', '-m', message);
  return git(folder, 'rev-parse', 'HEAD');
}

export function write(folder: string, files: Record<string, string>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

export function read(folder: string, path: string): string {
  return readFileSync(join(folder, path), 'utf8');
}

/** Every file below a folder by inode. */
export function inodesBelow(folder: string): Map<number, string> {
  const found = new Map<number, string>();
  if (!existsSync(folder)) return found;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) for (const [inode, file] of inodesBelow(path)) found.set(inode, file);
    else found.set(lstatSync(path).ino, path);
  }
  return found;
}
