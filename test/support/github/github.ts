import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mergeWhatIsReady } from './acts/auto-merge.js';
import { addUpdateHook } from './acts/protection.js';
import { answerApi } from './api.js';
import { addApp, install } from './app-tokens.js';
import { BareRepository } from './bare-repository.js';
import type { Asked, Reply } from './exchange.js';
import { json } from './exchange.js';
import { Faults } from './faults.js';
import { answerLog, isLogPath } from './rest/actions.js';
import { answerGraphql } from './graphql/answer.js';
import { answerGit, isGitPath } from './git-http.js';
import { now, register } from './identity.js';
import { apiUrl, graphqlUrl } from './links.js';
import { addToken, findUser, ghost, userNamed } from './people.js';
import type { Resource } from './rate-limits.js';
import { RateLimits } from './rate-limits.js';
import { findRepository } from './access.js';
import { Refusal } from './refusal.js';
import { GitHubRepository } from './repository.js';
import type { HttpCall } from './server.js';
import { listen } from './server.js';
import { Webhooks } from './webhooks.js';
import type { Permissions, Repository, Role, User, World } from './world.js';

export interface TokenOptions {
  /** A classic token's scopes; `['repo']` when neither scopes nor permissions are named. */
  scopes?: string[];
  /** A fine-grained token's permissions. */
  permissions?: Permissions;
  /** `owner/name`s that a fine-grained token reaches; all when none is named. */
  repositories?: string[];
  expiresAt?: Date;
}

export interface RepositoryOptions {
  /** Private unless told otherwise. */
  isPrivate?: boolean;
  defaultBranch?: string;
  /** The first commit's; null: nothing is pushed, and there is no branch at all. */
  files?: Record<string, string | Buffer> | null;
  roles?: Record<string, Role>;
  labels?: string[];
}

/**
 * A GitHub on loopback with a state of its own, in the layout of GitHub Enterprise Server: `apiUrl` is the
 * `baseUrl` of octokit. Its repositories are real ones. Closing it ends every connection and removes them.
 */
export class GitHub {
  /** Every request so far, in the order of their coming. */
  readonly calls: HttpCall[] = [];
  readonly faults = new Faults();
  readonly webhooks: Webhooks;
  private readonly limits: RateLimits;
  private mistake: Error | null = null;

  private constructor(
    readonly world: World,
    private readonly stop: { close: () => Promise<void> },
  ) {
    this.limits = new RateLimits(world);
    this.webhooks = new Webhooks(world);
  }

  static async open({ clock = () => new Date() }: { clock?: () => Date } = {}): Promise<GitHub> {
    const world: World = {
      origin: '',
      directory: await mkdtemp(join(tmpdir(), 'continuo-github-')),
      users: [],
      repositories: [],
      tokens: [],
      apps: [],
      installations: [],
      nodes: new Map(),
      reactions: [],
      lastId: 1_000_000,
      now: clock,
      listeners: [],
      settling: Promise.resolve(),
    };
    const stop = { close: () => Promise.resolve() };
    const github = new GitHub(world, stop);
    world.listeners.push((happening) => {
      world.settling = world.settling
        .then(() => mergeWhatIsReady(world, happening))
        .catch((error: unknown) => github.note(error));
    });
    const server = await listen({
      faults: github.faults,
      calls: github.calls,
      answer: (asked, call) => github.answer(asked, call),
    });
    world.origin = server.origin;
    stop.close = server.close;
    ghost(world);
    return github;
  }

  get apiUrl(): string {
    return apiUrl(this.world);
  }

  get graphqlUrl(): string {
    return graphqlUrl(this.world);
  }

  get webUrl(): string {
    return this.world.origin;
  }

  user(login: string, more: { name?: string; type?: User['type'] } = {}): User {
    return userNamed(this.world, login, more);
  }

  /** What they wrote stays, by the ghost. Their tokens are worth nothing. */
  deleteUser(login: string): void {
    this.user(login).isDeleted = true;
  }

  token(login: string, options: TokenOptions = {}): string {
    const { permissions = null, repositories, expiresAt } = options;
    const scopes = options.scopes ?? (permissions === null ? ['repo'] : null);
    return addToken(this.world, this.user(login), {
      prefix: scopes === null ? 'github_pat_' : 'ghp_',
      scopes,
      permissions,
      repositories: repositories?.map((name) => this.find(name)) ?? null,
      expiresAt: expiresAt?.getTime() ?? null,
    }).value;
  }

  revoke(token: string): void {
    this.world.tokens = this.world.tokens.filter(({ value }) => value !== token);
  }

  /** An app on an account, for all its repositories unless some are named. */
  app(
    slug: string,
    { on, permissions, repositories }: { on: string; permissions: Permissions; repositories?: string[] },
  ): { appId: number; privateKey: string; installationId: number } {
    const { app, privateKey } = addApp(this.world, { slug, owner: this.user(on), permissions });
    const chosen = repositories?.map((name) => this.find(name)) ?? null;
    return { appId: app.id, privateKey, installationId: install(this.world, app, this.user(on), chosen).id };
  }

  /** The token is over from now on, whenever it would have been. */
  expire(token: string): void {
    const found = this.world.tokens.find(({ value }) => value === token);
    if (found === undefined) throw new Error('there is no such token');
    found.expiresAt = this.world.now().getTime();
  }

  /** A user's limit as plain numbers, to read or to set. */
  rateLimit(login: string, resource: Resource = 'core') {
    return this.limits.of(findUser(this.world, login) ?? null, resource);
  }

  async repository(name: string, options: RepositoryOptions = {}): Promise<GitHubRepository> {
    const { isPrivate = true, defaultBranch = 'main', files = { 'README.md': `# ${name}\n` } } = options;
    const [owner = '', repo = ''] = name.split('/');
    const at = now(this.world);
    const folder = join(this.world.directory, `${this.world.lastId + 1}.git`);
    const state = register<Repository>(this.world, {
      kind: 'repository',
      owner: this.user(owner),
      name: repo,
      formerNames: [],
      isPrivate,
      isArchived: false,
      defaultBranch,
      formerBranches: {},
      allowsAutoMerge: true,
      mergeMethods: ['merge', 'squash', 'rebase'],
      deletesBranchOnMerge: false,
      roles: new Map(),
      labels: [],
      issues: new Map(),
      goneIssues: new Map(),
      lastNumber: 0,
      protections: {},
      queue: [],
      suites: [],
      checkRuns: [],
      statuses: [],
      workflowRuns: [],
      git: await BareRepository.create(folder, defaultBranch),
      seenRefs: new Map(),
      looking: Promise.resolve(),
      createdAt: at,
      updatedAt: at,
      pushedAt: at,
    });
    await addUpdateHook(state.git);
    this.world.repositories.push(state);
    const repository = new GitHubRepository(this.world, state);
    for (const [login, role] of Object.entries(options.roles ?? {})) repository.permit(login, role);
    for (const label of options.labels ?? []) repository.addLabel(label);
    if (files !== null) await repository.push(defaultBranch, files, { message: 'Initial commit' });
    return repository;
  }

  /** When GitHub has done by itself all that the changes so far lead to. Rejects where this GitHub itself is wrong. */
  async settled(): Promise<void> {
    let seen;
    while (seen !== this.world.settling) {
      seen = this.world.settling;
      await seen;
    }
    if (this.mistake !== null) throw this.mistake;
  }

  /** What cannot be merged by itself stays as it is; all else is a mistake in here. */
  private note(error: unknown): void {
    if (!(error instanceof Refusal)) this.mistake ??= new Error('this GitHub is wrong', { cause: error });
  }

  async close(): Promise<void> {
    await this.stop.close();
    await this.settled();
    await this.webhooks.settled();
    await rm(this.world.directory, { recursive: true, force: true });
  }

  private async answer(asked: Asked, call: HttpCall): Promise<Reply> {
    if (asked.place === 'api') return answerApi(this.world, this.limits, asked, call);
    if (asked.path === '/api/graphql') return answerGraphql(this.world, this.limits, asked, call);
    if (isLogPath(asked.path)) return answerLog(this.world, asked);
    if (isGitPath(asked.path)) return answerGit(this.world, asked, call);
    return json(404, { message: 'Not Found' });
  }

  private find(name: string): Repository {
    const repository = findRepository(this.world, name);
    if (repository === null) throw new Error(`there is no repository ${name}`);
    return repository.found;
  }
}
