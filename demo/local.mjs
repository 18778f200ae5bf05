// Three committed task files in a plain repository; what is verified is merged into its main branch.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { decide } from './decide.mjs';
import { filesOf, git, issues } from './repository.mjs';

export class LocalPlace {
  summary = 'three task files become three landed commits.';
  tasks = issues.map(({ name }) => name);
  environment = {};
  facts = [];
  #repository = '';
  #decided = new Set();

  /** Makes the repository that `continuo up` is started in. */
  async make(repository, settings) {
    this.#repository = repository;
    const at = {
      places: ['tracker: { kind: file, provider: { path: tasks } }', 'repository: { url: ., base: main }'],
      land: 'land: { strategy: squash }',
    };
    const all = { ...filesOf(settings, at), ...taskFiles() };
    for (const [file, text] of Object.entries(all)) {
      mkdirSync(dirname(join(repository, file)), { recursive: true });
      writeFileSync(join(repository, file), text);
    }
    git(repository, 'init', '--quiet', '--initial-branch', 'main');
    git(repository, 'config', 'user.name', 'Demo');
    git(repository, 'config', 'user.email', 'demo@localhost');
    git(repository, 'add', '--all');
    git(repository, 'commit', '--quiet', '--message', 'A shop with a wrong total');
  }

  /** A person decides about what waits for that. */
  async act(statuses, around) {
    const isOpen = ({ task, waiting }) => waiting?.kind === 'decision' && !this.#decided.has(task);
    const waiting = statuses.find(isOpen);
    if (waiting === undefined) return;
    this.#decided.add(waiting.task);
    await decide(waiting, around);
  }

  /** A landed commit in one line. */
  landed(sha) {
    return git(this.#repository, 'log', '-1', '--format=%h %s', sha);
  }

  /** Says more of what there is now; returns how to look around. */
  report() {
    return `git -C ${this.#repository} log --stat`;
  }

  async close() {
    // A folder needs none.
  }
}

function taskFiles() {
  return Object.fromEntries(
    issues.map(({ name, title, body }, index) => {
      const blocked = index === 0 ? '' : `blocked_by: [${issues[0].name}]\n`;
      const front = `title: ${title}\nstate: Todo\npriority: ${index + 1}\n${blocked}`;
      return [`tasks/${name}.md`, `---\n${front}---\n${body}\n`];
    }),
  );
}
