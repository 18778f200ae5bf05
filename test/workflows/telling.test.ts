import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, it } from '@jest/globals';
import * as messages from '../../src/workflows/messages.js';
import { testConfig } from '../support/fake-ports.js';
import { useRig } from '../support/workflow-rig.js';

describe('a task whose tracker shows how it gets on', () => {
  const { rig, ports } = useRig();
  const issue = { id: '1', identifier: 'GH-1', source: 'tracker' as const };
  const { view, ...rest } = testConfig({ human: 'always' });
  const told = { ...rest, view: { ...view, tracker: { ...view.tracker, told: true as const } } };
  const texts = () => ports.inputs('tell').map(({ text }) => text);

  it('tells of its phases and waits, of each once, and of its end', async () => {
    const handle = await rig.start({ config: told, issue });
    const slots = rig.grantSlots(handle, told);
    const { headSha } = await rig.until(handle, ({ waiting }) => waiting?.kind === 'decision');
    await rig.until(handle, () => texts().some((text) => text.includes('continuo approve')));
    const decision = { id: 'say', by: 'ann', sha: headSha!, round: 1, verdict: 'approve' as const, note: '' };
    await handle.executeUpdate(messages.decideUpdate, { args: [decision] });
    expect((await handle.result()).outcome).toBe('done');
    await slots.stop();
    expect(texts().at(-1)).toContain('**done**');
    expect(new Set(texts()).size).toBe(texts().length);
    expect(ports.inputs('tell').every(({ issueId }) => issueId === '1')).toBe(true);
  });

  it('tells the newest of what changed while it told', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((done) => {
      release = done;
    });
    ports.next('tell', () => held);
    const handle = await rig.start({ config: told, issue });
    const slots = rig.grantSlots(handle, told);
    await rig.until(handle, ({ waiting }) => waiting?.kind === 'decision');
    expect(texts()).toHaveLength(1);
    release();
    await rig.until(handle, () => texts().length === 2);
    expect(texts()[1]).toContain('continuo approve');
    await slots.stop();
  });

  it('goes on when nobody can be told', async () => {
    ports.usually('tell', () => {
      throw ApplicationFailure.nonRetryable('the issue is locked', 'tracker_request');
    });
    const handle = await rig.start({ config: told, issue });
    const slots = rig.grantSlots(handle, told);
    const status = await rig.until(
      handle,
      ({ waiting, history }) =>
        waiting?.kind === 'decision' && history.some(({ note }) => note.includes('the issue is locked')),
    );
    expect(status.phase).toBe('review');
    await slots.stop();
  });

  it('says nothing of an issue that it has not claimed', async () => {
    ports.next('claim', { kind: 'ineligible', reason: 'its state is closed by now' });
    const handle = await rig.start({ config: told, issue });
    expect((await handle.result()).outcome).toBe('cancelled');
    expect(texts()).toEqual([]);
  });

  it('tells nobody where the tracker does not show it, nor of a prompt', async () => {
    const shown = await rig.start({ config: testConfig(), issue });
    const prompt = await rig.start({
      config: { ...told, view: { ...told.view, gates: testConfig().view.gates } },
    });
    expect([(await shown.result()).outcome, (await prompt.result()).outcome]).toEqual(['done', 'done']);
    expect(texts()).toEqual([]);
  });
});
