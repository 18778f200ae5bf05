import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Script } from '../support/scripted-model/index.js';
import { callTool, hang, say } from '../support/scripted-model/index.js';
import { processesWith } from '../support/processes.js';
import type { SessionAgentFacts } from './support/agent-rig.js';
import { AgentRig, attempt } from './support/agent-rig.js';
import { describeAgent } from './support/describe-agent.js';
import { claude, codex, opencode } from './support/session-agents.js';

const remark = { id: 'remark-4711', by: 'ann', note: 'Call the file total.txt.' };

let rig: AgentRig;
afterEach(() => rig.close());

async function open(facts: SessionAgentFacts, script: Script): Promise<AgentRig> {
  rig = await AgentRig.open(facts, script);
  return rig;
}

/** As the workflow does while the turn runs. */
function steer(): Promise<{ heard: boolean }> {
  const { activities, input } = rig.host;
  const { workspace, turn } = input;
  return attempt(1).run(() => activities.steer({ workspace, turn, remark, at: new Date().toISOString() }));
}

for (const facts of [codex, claude, opencode]) {
  describeAgent(facts.agent, () => {
    const shell = (command: string) => {
      const { name, input } = facts.tools.shell(command);
      return callTool(name, input);
    };

    it('hears in the turn that runs what a person says, once, and only then is it told as heard', async () => {
      let goOn: () => void = () => undefined;
      const after = new Promise<void>((resolve) => (goOn = resolve));
      await open(facts, [shell('touch started'), say('Half of it.', { after }), say('Heard.')]);
      const running = rig.runTurn();
      await rig.model.request(2);
      const steered = steer();
      await rig.until('the remark is with the agent', () => rig.journals().includes(remark.id));
      goOn();
      expect(await steered).toEqual({ heard: true });
      expect(await running).toMatchObject({ kind: 'completed', summary: 'Heard.', heard: [remark.id] });
      const last = rig.told().at(-1) ?? '';
      expect(last.split(remark.note)).toHaveLength(2);
      expect(rig.told().slice(0, -1).join('\n')).not.toContain(remark.note);
      expect(rig.model.scripted).toHaveLength(3);
    });

    it('leaves nothing behind of what it had started when its turn is ended at once, and goes on in its session', async () => {
      const sleep = `sleep 7261.${process.pid}`;
      await open(facts, [shell(`touch started; ${sleep}`), say('Resumed.')]);
      const activity = attempt(1);
      const running = rig.runTurn({}, activity);
      await rig.until('the command', () => existsSync(join(rig.host.workspace, 'started')));
      await rig.until('its child', () => sleeping(sleep) > 0);
      activity.cancel();
      const { kind, session } = await running;
      expect(kind).toBe('stopped');
      expect(sleeping(sleep)).toBe(0);
      const feedback = [{ kind: 'paused', by: 'ann', note: 'Lunch.' }] as const;
      const next = await rig.runTurn({ turn: 2, session, feedback: [...feedback] });
      expect(next).toMatchObject({ kind: 'completed', summary: 'Resumed.', session });
      const last = rig.told().at(-1) ?? '';
      expect(last).toContain('Lunch.');
      expect(last.split('Work on Add the sum.')).toHaveLength(2);
    });
  });
}

/** How many processes there are of this very command. */
function sleeping(command: string): number {
  return processesWith(command.slice('sleep '.length)).filter(({ argv }) => argv[0]?.endsWith('sleep'))
    .length;
}

describe('a remark that nobody takes', () => {
  describeAgent('claude', () => {
    it('is not told as heard, although it was written', async () => {
      await open(claude, [hang()]);
      const activity = attempt(1);
      const running = rig.runTurn({}, activity);
      await rig.model.request(1);
      const steered = steer();
      await rig.until('the remark is with the agent', () => rig.journals().includes(remark.id));
      expect(await steered).toEqual({ heard: false });
      activity.cancel();
      expect(await running).not.toHaveProperty('heard');
    });
  });
});
