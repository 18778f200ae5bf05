import { afterEach, describe, expect, it } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { TestHost } from '../activities/agent/host.js';

/** How to make an agent of some kind behave; each value is the sections of a workflow file. */
export interface AgentBehaviours {
  /** Appends a line to `done.txt`, and ends by saying `wrote the file`. */
  edits: string;
  /** Ends the turn badly, saying `no luck`. */
  fails: string;
  /** Writes `begun` to `started.txt`, and never ends within any patience. */
  hangs: string;
  /** The same, with a turn timeout of less than a second. */
  timesOut: string;
  /** Writes everything it is told in this turn to `told.txt`. */
  listens: string;
}

/** What every kind of agent has to do, seen through the activity that workflows call. */
export function describeAgent(kind: string, behaviours: AgentBehaviours): void {
  describe(`the agent ${kind}`, () => {
    let host: TestHost;
    afterEach(() => host.remove());

    it('changes files in the workspace and reports a summary', async () => {
      host = new TestHost(behaviours.edits);
      expect(await host.runTurn()).toMatchObject({ kind: 'completed', summary: 'wrote the file' });
      expect(host.read('done.txt')).toBe('done\n');
    });

    it('tells how long it worked', async () => {
      host = new TestHost(behaviours.edits);
      const { usage } = await host.runTurn();
      expect(usage.agentMs).toBeGreaterThan(0);
    });

    it('reports a failed turn as a value, with its last words', async () => {
      host = new TestHost(behaviours.fails);
      const outcome = await host.runTurn();
      expect(outcome.kind).toBe('failed');
      expect(outcome).toMatchObject({ message: expect.stringContaining('no luck') });
    });

    it('ends a turn that takes too long', async () => {
      host = new TestHost(behaviours.timesOut);
      expect(await host.runTurn()).toMatchObject({ kind: 'failed', category: 'turn_timeout' });
    });

    it('is ended by cancellation, and tells what it has spent', async () => {
      host = new TestHost(behaviours.hangs);
      const activity = new MockActivityEnvironment();
      const running = host.runTurn({}, activity);
      while (!existsSync(join(host.workspace, 'started.txt'))) await sleep(10);
      activity.cancel();
      expect(await running).toMatchObject({ kind: 'stopped' });
      expect(await host.running()).toEqual([]);
    });

    it('is told the task first, and later what has happened since', async () => {
      host = new TestHost(behaviours.listens);
      const first = await host.runTurn();
      expect(host.read('told.txt')).toContain('Work on Add the sum.');

      const note = 'Please add a test.';
      await host.runTurn({
        turn: 2,
        round: 2,
        session: first.session,
        feedback: [{ kind: 'changes', by: 'ann', note }],
      });
      expect(host.read('told.txt')).toContain(note);
    });

    it('plays a turn once, however often it is asked for', async () => {
      host = new TestHost(behaviours.edits);
      const activity = new MockActivityEnvironment();
      const first = await host.runTurn({}, activity);
      expect(await host.runTurn({}, activity)).toEqual(first);
      expect(host.read('done.txt')).toBe('done\n');

      await host.runTurn({ turn: 2 }, activity);
      expect(host.read('done.txt')).toBe('done\ndone\n');
    });

    it('leaves a readable transcript', async () => {
      host = new TestHost(behaviours.edits);
      await host.runTurn();
      await host.runTurn({ turn: 2, round: 2, attempt: 1 });
      const transcript = host.readRun('transcript.log');
      expect(transcript).toContain('==== turn 1 of SHOP-1 (round 1)');
      expect(transcript).toContain('==== turn 2 of SHOP-1 (round 2, attempt 1)');
      expect(transcript).toContain('wrote the file');
      expect(transcript).toContain('turn 2 of SHOP-1 completed');
    });
  });
}
