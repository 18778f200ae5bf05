import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Forge, Landing } from '../../src/activities/forge/forge.js';

/** A place to land in, with a change that is ready for it. */
export interface ForgeRig {
  forge: Forge;
  /** A landing whose candidate starts from the present head of the base. */
  landing(): Promise<Landing>;
  /** The head of the base, as everybody sees it. */
  head(): string;
  /** Somebody else moves the base. */
  moveBase(): string;
  /** From now on the place refuses every change of the base, with these words. */
  refuse(words: string): void;
  remove(): void;
}

/** What every forge has to do, whatever it is made of. */
export function forgeContract(name: string, open: () => Promise<ForgeRig>): void {
  describe(`forge contract: ${name}`, () => {
    let rig: ForgeRig;

    beforeEach(async () => {
      rig = await open();
    });
    afterEach(() => rig.remove());

    it('makes the candidate the head of the base', async () => {
      const landing = await rig.landing();
      expect(await rig.forge.merge(landing)).toEqual({ kind: 'merged' });
      expect(rig.head()).toBe(landing.candidate.sha);
    });

    it('says merged again when it is repeated, also when the base has moved on', async () => {
      const landing = await rig.landing();
      await rig.forge.merge(landing);
      expect(await rig.forge.merge(landing)).toEqual({ kind: 'merged' });
      const head = rig.moveBase();
      expect(await rig.forge.merge(landing)).toEqual({ kind: 'merged' });
      expect(rig.head()).toBe(head);
    });

    it('leaves a base alone that has moved meanwhile', async () => {
      const landing = await rig.landing();
      const head = rig.moveBase();
      expect(await rig.forge.merge(landing)).toEqual({ kind: 'moved' });
      expect(rig.head()).toBe(head);
    });

    it('lets one of two candidates for the same base land', async () => {
      const [one, other] = [await rig.landing(), await rig.landing()];
      const outcomes = await Promise.all([rig.forge.merge(one), rig.forge.merge(other)]);
      expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['merged', 'moved']);
    });

    it('is blocked with the words of whoever refuses the change', async () => {
      const landing = await rig.landing();
      const head = rig.head();
      rig.refuse('only on Mondays');
      expect(await rig.forge.merge(landing)).toEqual({
        kind: 'blocked',
        message: expect.stringContaining('only on Mondays'),
      });
      expect(rig.head()).toBe(head);
    });
  });
}
