import { describe, expect, it } from '@jest/globals';
import { holderOf } from '../../../../src/activities/tracker/holder.js';
import type { TaskStatus } from '../../../../src/domain/status.js';
import { retrySignal, statusQuery } from '../../../../src/workflows/messages.js';
import { workflowText } from '../../../config/workflow-file.js';
import { until } from '../../../support/engine.js';
import { completedTurn } from '../../../support/fake-ports.js';
import type { LiveProject } from '../live-project.js';
import { useProject } from '../live-project.js';
import { useGitHub } from './world.js';

const withProject = useProject();
const ref = 'refs/continuo/claims/1';
const another = holderOf({ cluster: 'another', namespace: 'default', project: 'shop' });

describe('a project whose issues are on GitHub', () => {
  const world = useGitHub({ isLive: true });
  const labels = () => world.shop.issue(1).labels.map(({ name }) => name);
  const claimed = async () => (await world.shop.state.git.ref(ref)) !== null;

  /** Has the project read its issues from GitHub. */
  async function turnToGitHub({ deps, rewrite, config, state }: LiveProject): Promise<void> {
    deps.env.GITHUB_TOKEN = world.github.token('acme');
    const provider = `{ repo: acme/shop, api_url: '${world.github.apiUrl}', refresh_ms: 1 }`;
    await rewrite(
      workflowText({
        polling: '{ interval_ms: 100 }',
        tracker: `{ kind: github, provider: ${provider} }`,
      }),
    );
    await until(async () => (await state()).config.hash !== config.hash);
  }

  it('shows there what it works on, and closes and gives back what has landed', async () => {
    await withProject(async (project) => {
      const { ports, state, task } = project;
      await turnToGitHub(project);
      const seen: unknown[] = [];
      ports.next('runTurn', async () => {
        seen.push(labels(), await claimed());
        return completedTurn('did it');
      });
      world.shop.openIssue({ title: 'Fix the login' });
      await until(() => ports.inputs('runTurn').length === 1);
      expect(await task('GH-1').result()).toMatchObject({ outcome: 'done' });
      expect(seen).toEqual([['continuo: working'], true]);
      expect(ports.inputs('prepare')[0]?.issue).toMatchObject({ identifier: 'GH-1', title: 'Fix the login' });
      expect(world.shop.issue(1).state).toBe('closed');
      expect([labels(), await claimed()]).toEqual([[], false]);
      const [comment, ...others] = world.shop.issue(1).comments;
      expect(comment?.body).toContain('has ended its work on this: **done**');
      expect(others).toEqual([]);
      // Nobody takes it for a new one.
      await until(async () => Object.keys((await state()).tasks).length === 0);
      expect(ports.inputs('runTurn')).toHaveLength(1);
    });
  });

  it('leaves alone what another orchestrator has, says so, and takes it when it is given back', async () => {
    await withProject(async (project) => {
      const { ports, state, task } = project;
      await turnToGitHub(project);
      const { desk } = world.open();
      world.shop.openIssue({ title: 'Fix the login' });
      const issue = await desk.readNow('1');
      await desk.claim(issue!, another);
      const status = () => task('GH-1').query<TaskStatus>(statusQuery);
      await until(async () => (await state()).tasks['1'] !== undefined);
      await until(async () => (await status()).waiting?.kind === 'backoff');
      expect((await status()).waitingFor).toContain(
        'GH-1 is claimed by the project shop of another orchestrator',
      );
      expect(ports.inputs('runTurn')).toEqual([]);

      await desk.release('1', another);
      await task('GH-1').signal(retrySignal, { id: 'go', by: 'ann', note: '' });
      expect(await task('GH-1').result()).toMatchObject({ outcome: 'done' });
    });
  });

  it('waits while its token is not valid, says so, and goes on when it is again', async () => {
    await withProject(async (project) => {
      const { ports, task } = project;
      await turnToGitHub(project);
      const [token] = world.github.world.tokens;
      world.github.faults.add({
        match: { method: 'GET', path: `/repos/acme/shop/git/ref/${ref.slice('refs/'.length)}` },
        status: 401,
        body: { message: 'Bad credentials' },
      });
      world.shop.openIssue({ title: 'Fix the login' });
      const status = () => task('GH-1').query<TaskStatus>(statusQuery);
      await until(() => world.github.faults.met.length === 1);
      await until(async () => (await status()).waiting?.kind === 'backoff');
      expect((await status()).waitingFor).toContain('give the worker a token that is valid');
      expect((await status()).waitingFor).not.toContain(token!.value);
      await task('GH-1').signal(retrySignal, { id: 'go', by: 'ann', note: '' });
      expect(await task('GH-1').result()).toMatchObject({ outcome: 'done' });
      expect(ports.inputs('runTurn')).toHaveLength(1);
    });
  });
});
