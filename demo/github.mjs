// The same three tasks as issues of a GitHub on this machine: no account, no network. It is the one that the tests use,
// and keeps real repositories, pull requests, reviews and protected branches.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { filesOf, git, issues } from './repository.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const bot = 'continuo-bot';
const person = 'ann';

/** What the person asks for on a line, before she approves. */
const remark = { path: 'src/slug.js', line: 1, body: 'Say here what becomes of accents.' };

export class GitHubPlace {
  summary = 'three labelled issues become three merged pull requests.';
  #github = null;
  #shop = null;
  #commented = false;
  #clone = '';

  /** Opens the GitHub with its repository and issues, and a clone that `continuo up` is started in. */
  async make(repository, settings) {
    const { openGitHub } = await loadGitHub();
    this.#github = await openGitHub();
    this.#shop = await this.#github.repository('acme/shop', {
      roles: { [bot]: 'write', [person]: 'maintain' },
      labels: ['agent'],
      files: filesOf(settings, this.#places()),
    });
    this.#shop.protect('main', { requiredApprovals: 1 });
    this.token = this.#github.token(bot);
    for (const { title, body } of issues)
      this.#shop.openIssue({ title, body, labels: ['agent'], by: person });
    for (const number of [2, 3]) this.#shop.blockIssue(number, this.#shop.issue(1));
    this.#clone = repository;
    await meanwhile('clone', '--quiet', this.#access(), repository);
    // The credential is the worker's alone.
    git(repository, 'remote', 'set-url', 'origin', this.#shop.cloneUrl);
  }

  get tasks() {
    return issues.map((_, index) => `GH-${index + 1}`);
  }

  get environment() {
    return { GITHUB_TOKEN: this.token };
  }

  get facts() {
    return [`  GitHub      ${this.#github.apiUrl}, of this demo alone; ${person} is who may write there`];
  }

  /** The person looks at every change that waits for her: she comments on one, and approves what is right. */
  async act(statuses, { display, interactive }) {
    for (const { task, change, phase, waiting, headSha } of statuses) {
      if (change === null || !['change', 'decision'].includes(waiting?.kind)) continue;
      const pull = this.#shop.pull(change.number);
      if (pull.isDraft || pull.head.sha !== headSha) continue;
      if (task === 'GH-2' && !this.#commented) {
        this.#commented = true;
        display.line('');
        display.line(`${person} comments on #${change.number}, line 1 of src/slug.js: ${remark.body}`);
        await this.#shop.review(change.number, { by: person, state: 'COMMENTED', comments: [remark] });
        continue;
      }
      if (phase === 'done' || pull.threads.some(({ resolvedBy }) => resolvedBy === null)) continue;
      if (pull.reviews.some(({ state, commit }) => state === 'APPROVED' && commit === headSha)) continue;
      display.line('');
      display.line(`#${change.number} of ${task} waits for a person: ${pull.issue.title}`);
      if (interactive) await display.ask(`Press Enter to approve it as ${person}. `);
      display.line(`${person} approves #${change.number} at ${headSha.slice(0, 12)} on GitHub`);
      await this.#shop.review(change.number, { by: person, state: 'APPROVED' });
    }
  }

  /** Where the commit of a task can be read. */
  landed(sha) {
    return this.#git('log', '-1', '--format=%h %s', sha);
  }

  async report(display) {
    for (const issue of [...this.#shop.state.issues.values()].filter(({ pull }) => pull !== null)) {
      const { mergedBy } = issue.pull;
      display.line('');
      display.line(`  #${issue.number} ${issue.title}: merged by ${mergedBy?.login ?? 'nobody'}`);
      for (const { comments, resolvedBy } of issue.pull.threads) {
        for (const { author, body } of comments) display.line(`    ${author.login}: ${plain(body)}`);
        display.line(`    ${resolvedBy === null ? 'open' : 'resolved'}`);
      }
    }
    const [first] = [...this.#shop.state.issues.values()];
    display.line('');
    display.line(`  What GH-1 says of itself on GitHub:`);
    for (const line of plain(first.comments.at(-1)?.body ?? '').split('\n')) display.line(`    ${line}`);
    await meanwhile('-C', this.#clone, 'pull', '--quiet', this.#access(), 'main');
    return `git -C ${this.#clone} log --stat`;
  }

  async close() {
    await this.#github?.close();
  }

  #access() {
    return this.#shop.cloneUrl.replace('http://', `http://x-access-token:${this.token}@`);
  }

  #git(...args) {
    return git(this.#shop.state.git.path, ...args);
  }

  #places() {
    const at = `repo: acme/shop, api_url: '${this.#github.apiUrl}', refresh_ms: 1000`;
    return {
      places: [
        `tracker: { kind: github, required_labels: [agent], provider: { ${at} } }`,
        `forge: { kind: github, provider: { ${at} } }`,
        `repository: { url: '${this.#github.webUrl}/acme/shop.git', base: main }`,
      ],
      land: 'land: { mode: pull_request, strategy: squash }',
    };
  }
}

/** Runs git while this GitHub, in the same process, answers it. */
function meanwhile(...args) {
  return promisify(execFile)('git', args);
}

/** Comments without what only programs read. */
function plain(text) {
  return text
    .replace(/<!--.*?-->/gs, '')
    .replace(/\\([\\`*_{}[\]<>#|!])/g, '$1')
    .trim();
}

/** It is written in TypeScript, for the tests. */
async function loadGitHub() {
  const { build } = await import('esbuild');
  const folder = join(root, 'node_modules', '.cache');
  if (!existsSync(folder)) mkdirSync(folder, { recursive: true });
  const file = join(folder, `demo-github-${process.pid}.mjs`);
  const entryPoints = [join(root, 'test/support/github/index.ts')];
  const { outputFiles } = await build({
    entryPoints,
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    logLevel: 'warning',
  });
  writeFileSync(file, outputFiles[0].contents);
  try {
    return await import(pathToFileURL(file).href);
  } finally {
    rmSync(file);
  }
}
