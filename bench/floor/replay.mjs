import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const commitPattern = /\b[0-9a-f]{40}\b/g;

/**
 * Runs the programs of a recorded task again for another task, in the floor's own folder: with its
 * names, and with the commits that git really makes there.
 */
export class Replay {
  #plan;
  #folder;
  #tasks = new Map();
  #lines = new Map();
  #lastLanding;

  constructor(plan, folder) {
    this.#plan = plan;
    this.#folder = folder;
    this.#lastLanding = plan.groups.findLastIndex((group) => group.some(({ isLanding }) => isLanding));
  }

  async run({ task: name, group, member }) {
    const activity = this.#plan.groups[group][member];
    const task = this.#open(name);
    if (activity.isLanding && task.landing === null) task.landing = await this.#takeTurn('landing');
    for (const programs of activity.batches) {
      await Promise.all(programs.map((program) => this.#play(task, program)));
    }
    if (activity.type === 'verify') await this.#moveAway(task, 'checkout');
    if (group === this.#lastLanding) task.landing();
  }

  #open(name) {
    if (!this.#tasks.has(name)) this.#tasks.set(name, { name, commits: new Map(), landing: null, moved: 0 });
    return this.#tasks.get(name);
  }

  async #play(task, recorded) {
    const say = (text) => this.#translate(text, task);
    const argv = recorded.argv.map(say);
    const env = Object.fromEntries(Object.entries(recorded.env).map(([key, value]) => [key, say(value)]));
    const cwd = say(recorded.cwd);
    this.#provide({ argv, env, cwd });

    // Two fetches into one repository at once get into each other's way.
    const mirror = argv.includes('fetch') ? valueOf(argv, '--git-dir') : null;
    const done = mirror === null ? () => undefined : await this.#takeTurn(mirror);
    const { exitCode, stdout, stderr } = await execute(argv, { cwd, env, input: say(recorded.input) });
    done();
    if (exitCode !== recorded.exitCode) {
      throw new Error(`${argv.join(' ')} ended with ${exitCode}, not ${recorded.exitCode}: ${stderr}`);
    }
    learn(task.commits, recorded.stdout, stdout);
  }

  #translate(text, { name, commits }) {
    const { recordedIn, identifier } = this.#plan;
    return text
      .replaceAll(recordedIn, this.#folder)
      .replaceAll(identifier, name)
      .replaceAll(`${this.#folder}/tmp/continuo-`, `${this.#folder}/tmp/${name}-`)
      .replace(commitPattern, (commit) => commits.get(commit) ?? commit);
  }

  /** Makes the folders and git directories that the product makes by itself, without a program. */
  #provide({ argv, env, cwd }) {
    const gitDir = valueOf(argv, '--git-dir');
    if (gitDir !== null && !existsSync(join(gitDir, 'HEAD'))) this.#makeGitDir(gitDir);
    if (env.GIT_INDEX_FILE !== undefined) mkdirSync(dirname(env.GIT_INDEX_FILE), { recursive: true });
    const workTree = valueOf(argv, '--work-tree');
    if (workTree !== null) mkdirSync(workTree, { recursive: true });
    if (argv.includes('pack-objects')) mkdirSync(dirname(argv.at(-1)), { recursive: true });
    mkdirSync(cwd, { recursive: true });
  }

  /** A mirror has the objects of the base branch in a git directory of its own, inside; workspaces borrow from it. */
  #makeGitDir(gitDir) {
    const mirrors = join(this.#folder, 'data/mirrors');
    if (dirname(dirname(gitDir)) === mirrors) this.#makeGitDir(dirname(gitDir));
    const isMirror = dirname(gitDir) === mirrors;
    if (isMirror) this.#mirror = gitDir;

    const isBare = isMirror || gitDir.startsWith(`${this.#mirror}/`);
    for (const name of ['objects/info', 'refs']) mkdirSync(join(gitDir, name), { recursive: true });
    writeFileSync(join(gitDir, 'HEAD'), `ref: refs/${isBare ? 'heads/main' : 'continuo/head'}\n`);
    const settings = ['[core]', 'repositoryformatversion = 0', `bare = ${isBare}`, '[gc]', 'auto = 0'];
    writeFileSync(join(gitDir, 'config'), `${settings.join('\n')}\n`);
    const lender = isMirror ? join(gitDir, 'base.git') : this.#mirror;
    const isBase = isBare && !isMirror;
    if (!isBase) writeFileSync(join(gitDir, 'objects/info/alternates'), `${lender}/objects\n`);
  }

  #mirror = '';

  /** As the product does between two verifications. */
  async #moveAway(task, folder) {
    const path = join(this.#folder, 'data/runs/bench', task.name, folder);
    task.moved += 1;
    await rename(path, `${path}.${task.moved}`);
  }

  /** Waits until everybody who came earlier is done; returns what tells that we are. */
  async #takeTurn(line) {
    const before = this.#lines.get(line);
    let done;
    this.#lines.set(line, new Promise((resolve) => (done = resolve)));
    await before;
    return done;
  }
}

function execute(argv, { cwd, env, input }) {
  return new Promise((resolve, reject) => {
    const [program, ...args] = argv;
    const child = spawn(program, args, { cwd, env, stdio: 'pipe', detached: true });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => (stdout += chunk));
    child.stderr.on('data', (chunk) => (stderr += chunk));
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    child.once('error', reject);
    child.once('close', (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
}

/** The value of `--option=value` among git's own arguments. */
function valueOf(argv, option) {
  const found = argv[0] === 'git' ? argv.find((arg) => arg.startsWith(`${option}=`)) : undefined;
  return found?.slice(option.length + 1) ?? null;
}

/** Where the recording printed one commit, this run printed another one. */
function learn(commits, recorded, printed) {
  const now = printed.match(commitPattern) ?? [];
  for (const [index, commit] of (recorded.match(commitPattern) ?? []).entries()) {
    if (now[index] !== undefined) commits.set(commit, now[index]);
  }
}
