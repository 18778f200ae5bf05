import { createChangeRig } from '../activities/forge/github/change-rig.js';
import { changeContract } from './change.js';

changeContract('github', async () => {
  const rig = createChangeRig();
  await rig.open();
  const { shop } = rig;
  const { git } = shop.state;
  const base = async () => (await shop.branch('main')) ?? '';
  let works = 0;
  let last: string | undefined;
  return {
    keeper: rig.keeper(),
    async input() {
      works += 1;
      last = await rig.work({ 'sum.js': `one\n${works}\nthree\n` }, last);
      return rig.input({ sha: last, isDraft: false });
    },
    base,
    head: (branch) => shop.branch(branch),
    async hasLanded(sha) {
      const [ours, theirs] = [await git.file(sha, 'sum.js'), await git.file(await base(), 'sum.js')];
      return ours?.equals(theirs ?? Buffer.of()) ?? false;
    },
    push: (branch) => shop.push(branch, { 'theirs.txt': 'x' }, { by: 'wes' }),
    async moveBase() {
      await shop.push('main', { 'sum.js': 'one\nzwei\nthree\n' });
    },
    closeByHand(number) {
      shop.closePullRequest(number, { by: 'wes' });
      return Promise.resolve();
    },
    changes: () => shop.state.issues.size,
    remarks: (number) => shop.pull(number).issue.comments.map(({ body }) => body),
    remove: rig.remove,
  };
});
