import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Config } from '../../config/config.js';
import { exists } from './repository.js';

/** The workflow of GitHub Actions that runs the checks on pull requests. */
export const actionsFile = '.github/workflows/continuo-checks.yml';

const header = `# The checks of WORKFLOW.md on pull requests, also those of people. This is a copy: what you change there, change here.
`;

/** One job for each check, on a clean checkout of its own, as Continuo runs it. */
export async function renderActionsFile(root: string, { verify }: Config): Promise<string> {
  const setUp = await setUpSteps(root);
  const jobs = (verify?.checks ?? []).map(({ name, run, timeout_ms: timeoutMs }, index) => [
    `check-${index + 1}`,
    {
      name,
      'runs-on': 'ubuntu-latest',
      'timeout-minutes': Math.ceil(timeoutMs / 60_000),
      steps: [...setUp, { name, run, shell: 'bash' }],
    },
  ]);
  const workflow = {
    name: 'Continuo checks',
    on: { pull_request: {} },
    permissions: { contents: 'read' },
    jobs: Object.fromEntries(jobs) as Record<string, unknown>,
  };
  return header + stringify(workflow, { lineWidth: 0, aliasDuplicateObjects: false });
}

/** What a runner of GitHub has not got already. */
async function setUpSteps(root: string): Promise<object[]> {
  const has = (name: string) => exists(join(root, name));
  const node = { uses: 'actions/setup-node@v6', with: { 'node-version': 'lts/*' } };
  const isOfCorepack = (await has('pnpm-lock.yaml')) || (await has('yarn.lock'));
  return [
    { uses: 'actions/checkout@v6' },
    ...((await has('package.json')) ? [node] : []),
    ...(isOfCorepack ? [{ run: 'corepack enable' }] : []),
  ];
}
