import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { git, makeRepository, workflowFile } from '../support/repository.mjs';
import { startWorker } from '../support/worker.mjs';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

/** A worker of a bare workflow on the lab's own engine, which does what the plan says. */
export class Floor {
  #runs = 0;

  static async open(scope, { lab, plan }) {
    const floor = new Floor();
    floor.plan = plan;
    floor.client = lab.client;
    const folder = scope.folder();
    floor.repository = join(folder, 'repository');
    await mkdir(join(folder, 'tmp'));
    const file = { project: 'bench', workspaces: join(folder, 'workspaces'), intervalMs: 30_000 };
    makeRepository(floor.repository, {
      'WORKFLOW.md': workflowFile(file),
      'README.md': 'A project\n',
    });
    const input = { address: lab.address, plan };
    await startWorker(scope, {
      program: here('worker.mjs'),
      workflows: here('workflow.mjs'),
      folder,
      input,
    });
    return floor;
  }

  /** One bare workflow from start to end. */
  async run(task) {
    this.#runs += 1;
    await this.client.workflow.execute('floor', {
      workflowId: `floor/${task}`,
      taskQueue: 'floor',
      args: [{ task, sizes: this.plan.groups.map((group) => group.length) }],
    });
  }

  /** Throws unless each run has really landed its commit: a floor that does less is none. */
  check() {
    const landed = Number(git(this.repository, 'rev-list', '--count', 'main')) - 1;
    if (landed !== this.#runs) throw new Error(`the floor landed ${landed} of ${this.#runs} commits`);
  }
}
