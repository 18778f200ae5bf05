import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ChangeKeeper } from '../../src/activities/forge/change-keeper.js';
import type { ChangeSeen } from '../../src/domain/change.js';
import type { ShowChangeInput } from '../../src/workflows/change-port.js';

/** A forge that keeps changes, with a task whose work is ready for it. */
export interface ChangesRig {
  keeper: ChangeKeeper;
  /** For a commit of the task's work; each follows from the one before. */
  input(): Promise<ShowChangeInput>;
  /** The commit that the base is at. */
  base(): Promise<string>;
  /** The commit that the branch of a change is at; null where it is gone. */
  head(branch: string): Promise<string | null>;
  /** Whether the base has what the commit brings. */
  hasLanded(sha: string): Promise<boolean>;
  /** Somebody puts a commit on the branch. */
  push(branch: string): Promise<string>;
  /** Somebody moves the base, so that the work does not fit any more. */
  moveBase(): Promise<void>;
  closeByHand(number: number): Promise<void>;
  /** How many changes there are, open or not. */
  changes(): number;
  /** What was said below a change. */
  remarks(number: number): string[];
  remove(): Promise<void>;
}

/** What every forge that keeps changes has to do. */
export function changeContract(name: string, open: () => Promise<ChangesRig>): void {
  describe(`change contract: ${name}`, () => {
    let rig: ChangesRig;
    const { signal } = new AbortController();

    beforeEach(async () => {
      rig = await open();
    });
    afterEach(() => rig.remove());

    async function shown(input: ShowChangeInput): Promise<ChangeSeen> {
      const outcome = await rig.keeper.show(input, signal);
      if (outcome.kind !== 'shown') throw new Error(JSON.stringify(outcome));
      expect(outcome.change).toMatchObject({ number: outcome.seen.number, sha: input.sha });
      expect(await rig.head(outcome.change.branch)).toBe(input.sha);
      return outcome.seen;
    }

    async function branchOf(input: ShowChangeInput): Promise<string> {
      const outcome = await rig.keeper.show(input, signal);
      return outcome.kind === 'shown' ? outcome.change.branch : '';
    }

    const merge = ({ config, project, identifier, sha, base, title }: ShowChangeInput, number: number) =>
      rig.keeper.merge({ config, project, identifier, sha, base, title, number, strategy: 'squash' }, signal);

    it('opens a change, and finds it again, by its number or by the branch', async () => {
      const input = await rig.input();
      const { number } = await shown({ ...input, isDraft: true });
      expect(await shown({ ...input, isDraft: true })).toMatchObject({ number, isDraft: true });
      expect(await shown({ ...input, number })).toMatchObject({ number, isDraft: false, state: 'open' });
      expect(rig.changes()).toBe(1);
    });

    it('follows the work, and overwrites nothing of anybody', async () => {
      const first = await rig.input();
      const { number } = await shown(first);
      const second = await rig.input();
      expect(await shown({ ...second, number })).toMatchObject({ headSha: second.sha });
      const branch = await branchOf({ ...second, number });
      const sha = await rig.push(branch);
      const third = { ...(await rig.input()), number };
      expect(await rig.keeper.show(third, signal)).toEqual({ kind: 'pushed', sha });
      expect(await rig.head(branch)).toBe(sha);
    });

    it('merges a change at its commit, and says merged again when it is repeated', async () => {
      const input = await rig.input();
      const { number } = await shown(input);
      const merged = await merge(input, number);
      expect(merged).toEqual({ kind: 'merged', sha: await rig.base() });
      expect(await rig.hasLanded(input.sha)).toBe(true);
      expect(await merge(input, number)).toEqual(merged);
      expect(await rig.keeper.show({ ...input, number }, signal)).toMatchObject({
        seen: { state: 'merged' },
      });
    });

    it('merges no other commit, and nothing that does not fit', async () => {
      const input = await rig.input();
      const { number } = await shown(input);
      const before = await rig.base();
      const later = await rig.input();
      expect(await merge(later, number)).toEqual({ kind: 'moved' });
      expect(await rig.base()).toBe(before);
      await rig.moveBase();
      expect(await merge(input, number)).toEqual({ kind: 'moved' });
      expect(await rig.hasLanded(input.sha)).toBe(false);
    });

    it('leaves alone what somebody has closed, and opens another one for who does not know of it', async () => {
      const input = await rig.input();
      const { number } = await shown(input);
      await rig.closeByHand(number);
      const outcome = await rig.keeper.show({ ...input, number }, signal);
      expect(outcome).toMatchObject({ kind: 'shown', seen: { number, state: 'closed' } });
      expect(await merge(input, number)).toEqual({ kind: 'moved' });
      expect((await shown(input)).number).not.toBe(number);
    });

    it('closes a change with one last word, and removes its branch', async () => {
      const input = await rig.input();
      const { number } = await shown(input);
      const branch = await branchOf({ ...input, number });
      const { config, project, identifier } = input;
      const close = () => rig.keeper.close({ config, project, identifier, number, text: 'No more.', branch });
      await close();
      await close();
      expect(rig.remarks(number)).toEqual([expect.stringContaining('No more.')]);
      expect(await rig.head(branch)).toBeNull();
      expect(await rig.keeper.show({ ...input, number }, signal)).toMatchObject({
        seen: { state: 'closed' },
      });
    });
  });
}
