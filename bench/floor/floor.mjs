import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { endProcess } from '../support/lab.mjs';
import { git, makeRepository, workflowFile } from '../support/repository.mjs';

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
    const { code } = await bundleWorkflowCode({
      workflowsPath: here('workflow.mjs'),
      logger: new DefaultLogger('ERROR'),
    });
    const bundle = join(folder, 'workflow-bundle.js');
    writeFileSync(bundle, code);
    const input = join(folder, 'input.json');
    writeFileSync(input, JSON.stringify({ address: lab.address, bundle, plan, folder }));
    await startWorker(scope, input);
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

async function startWorker(scope, input) {
  const worker = spawn(process.execPath, [here('worker.mjs'), input], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  scope.defer(() => (worker.exitCode === null ? endProcess(worker, 10_000) : Promise.resolve()));
  await new Promise((resolve, reject) => {
    worker.stdout.on('data', (chunk) => String(chunk).includes('ready') && resolve());
    worker.once('exit', (code) => reject(new Error(`the floor's worker ended with ${code}`)));
  });
}
