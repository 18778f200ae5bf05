import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { signalProcess } from '../../src/activities/keeper/process-name.js';
import { look } from '../../src/activities/keeper/place.js';
import { files } from '../../src/activities/keeper/protocol.js';
import { placesOf } from '../../src/activities/attempt.js';
import type { RunTurnInput, TurnOutcome } from '../../src/workflows/ports.js';
import { TestHost } from '../activities/agent/host.js';
import type { AgentTools, Script } from '../support/scripted-model/index.js';
import { callTool, fail, hang, say, ScriptedModel } from '../support/scripted-model/index.js';
import type { AgentName } from './support/binary.js';
import { agentBinary } from './support/binary.js';
import { describeAgent } from './support/describe-agent.js';
import { agentHome } from './support/home.js';

/** What the contract needs to know of one kind of agent. */
export interface SessionAgentFacts {
  agent: AgentName;
  tools: AgentTools;
  /** What the agent says that a turn of two requests has used, where that is not all of it. */
  tokensOfTwo?: number;
  /** The sections of a workflow file; `more` goes into the agent's own section. */
  sections: (binary: string, more: string) => string;
}

/** One task of a real agent that asks a scripted model. */
export class AgentRig {
  /** Not in the folder for temporary files: Codex has no sandbox there. */
  readonly folder = realpathSync(mkdtempSync(join(process.cwd(), 'node_modules', '.agents-test-')));
  host!: TestHost;

  private constructor(
    readonly facts: SessionAgentFacts,
    readonly model: ScriptedModel,
  ) {}

  static async open(facts: SessionAgentFacts, script: Script, more = '', extra = ''): Promise<AgentRig> {
    const model = await ScriptedModel.start(script);
    const rig = new AgentRig(facts, model);
    const binary = agentBinary(facts.agent);
    const path = binary.kind === 'found' ? binary.path : '';
    const env = agentHome(facts.agent, join(rig.folder, 'home'), model.port);
    rig.host = new TestHost(`${facts.sections(path, more)}\n${extra}`, 'Work on {{ issue.title }}.', env);
    return rig;
  }

  runTurn(
    input: Partial<RunTurnInput> = {},
    activity: MockActivityEnvironment = attempt(1),
  ): Promise<TurnOutcome> {
    return this.host.runTurn(input, activity);
  }

  /** What the model was told by people and by us, request by request. */
  told(): string[] {
    return this.model.scripted.map(({ body }) => JSON.stringify(body));
  }

  /** Everything that went between us and the agent's programs. */
  journals(): string {
    const places = placesOf(this.host.runPath);
    return readdirSync(places, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith(files.journal))
      .map((name) => readFileSync(join(places, name), 'utf8'))
      .join('');
  }

  /** The keeper of the newest turn, killed as a crash does. */
  async killKeeper(): Promise<void> {
    const places = placesOf(this.host.runPath);
    for (const name of readdirSync(places)) {
      const found = await look(join(places, name));
      if (found.kind === 'running') await signalProcess(found.claim.process, 'SIGKILL');
    }
  }

  async until(what: string, done: () => boolean | Promise<boolean>): Promise<void> {
    const deadline = Date.now() + 60_000;
    while (!(await done())) {
      if (Date.now() > deadline) {
        const transcript = existsSync(join(this.host.runPath, 'transcript.log'))
          ? this.host.readRun('transcript.log')
          : '';
        throw new Error(`never came: ${what}\n${transcript}\n${this.host.logged.join('\n')}`);
      }
      await sleep(25);
    }
  }

  async close(): Promise<void> {
    await this.host.remove();
    await this.model.close();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Attempts of one activity: each newer one has a higher number. */
export function attempt(number: number): MockActivityEnvironment {
  return new MockActivityEnvironment({ attempt: number });
}

/** What every agent with a session has to do, with its real program, under a real keeper, through the activity. */
export function describeSessionAgent(facts: SessionAgentFacts): void {
  describeAgent(facts.agent, () => {
    const { tools } = facts;
    const write = (path: string, content: string) => {
      const { name, input } = tools.write(path, content);
      return callTool(name, input);
    };
    const shell = (command: string) => {
      const { name, input } = tools.shell(command);
      return callTool(name, input);
    };
    let rig: AgentRig;
    afterEach(() => rig.close());
    const open = async (script: Script, more = '', extra = '') => {
      rig = await AgentRig.open(facts, script, more, extra);
      return rig;
    };

    it('edits a file and tells what it says, and what it spent (AGT-01, AGT-04)', async () => {
      await open([write('sum.txt', 'three\n'), say('I wrote the sum.')]);
      const outcome = await rig.runTurn();
      expect(outcome).toMatchObject({ kind: 'completed', summary: 'I wrote the sum.' });
      expect(rig.host.read('sum.txt')).toBe('three\n');
      expect(outcome.session).toEqual(expect.any(String));
      expect(outcome.usage.totalTokens).toBe(facts.tokensOfTwo ?? 220);
      expect(outcome.usage.agentMs).toBeGreaterThan(0);
      expect(rig.told()[0]).toContain('Work on Add the sum.');
      expect(await rig.host.running()).toEqual([]);
    });

    it('runs a command, and the transcript tells of it', async () => {
      await open([shell('echo from-the-command'), say('Done.')]);
      expect(await rig.runTurn()).toMatchObject({ kind: 'completed', summary: 'Done.' });
      const transcript = rig.host.readRun('transcript.log');
      expect(transcript).toContain('echo from-the-command');
      expect(transcript).toContain('Done.');
    });

    it('goes on with its session, and is told only what is new (AGT-05, AGT-06)', async () => {
      await open([say('First.'), say('Second.')]);
      const first = await rig.runTurn();
      const feedback = [{ kind: 'changes', by: 'ann', note: 'Please add a test.' }] as const;
      const second = await rig.runTurn({
        ...{ turn: 2, round: 2, session: first.session, feedback: [...feedback] },
      });
      expect(second).toMatchObject({ kind: 'completed', summary: 'Second.', session: first.session });
      expect(second.usage.totalTokens).toBe(110);
      const last = rig.told().at(-1) ?? '';
      expect(last.split('Work on Add the sum.')).toHaveLength(2);
      expect(last).toContain('Please add a test.');
      expect(last).toContain('First.');
    });

    it('begins anew with the whole task where its session is lost', async () => {
      await open([say('First.'), say('Second.')]);
      await rig.runTurn();
      rmSync(join(rig.folder, 'home'), { recursive: true });
      agentHome(facts.agent, join(rig.folder, 'home'), rig.model.port);
      const second = await rig.runTurn({ turn: 2, session: '01a20998-a1a8-4720-aecf-f9c5e147ec89' });
      expect(second).toMatchObject({ kind: 'completed', summary: 'Second.' });
      expect(rig.told().at(-1)).toContain('Work on Add the sum.');
    });

    it('is ended by cancellation, with what it started, and keeps its session', async () => {
      await open([shell('touch started; sleep 600'), say('Resumed.')]);
      const activity = attempt(1);
      const running = rig.runTurn({}, activity);
      await rig.until('the command', () => existsSync(join(rig.host.workspace, 'started')));
      activity.cancel();
      const stopped = await running;
      expect(stopped).toMatchObject({ kind: 'stopped', session: expect.any(String) });
      expect(await rig.host.running()).toEqual([]);
      const next = await rig.runTurn({ turn: 2, session: stopped.session });
      expect(next).toMatchObject({ kind: 'completed', summary: 'Resumed.', session: stopped.session });
    });

    it('counts as stalled when its model says nothing (REC-01, AGT-15)', async () => {
      await open([hang()], 'stall_timeout_ms: 4000');
      expect(await rig.runTurn()).toMatchObject({ kind: 'failed', category: 'stalled' });
      expect(await rig.host.running()).toEqual([]);
    });

    it('goes on while another worker takes over, and nothing is asked twice', async () => {
      await open([shell('touch started; until [ -e go ]; do sleep 0.1; done'), say('Went on.')]);
      const first = attempt(1);
      const left = rig.runTurn({}, first).catch((error: unknown) => error);
      await rig.until('the command', () => existsSync(join(rig.host.workspace, 'started')));
      first.cancel('WORKER_SHUTDOWN');
      expect(await left).toBeInstanceOf(Error);
      const second = rig.runTurn({}, attempt(2));
      writeFileSync(join(rig.host.workspace, 'go'), '');
      const outcome = await second;
      expect(outcome).toMatchObject({ kind: 'completed', summary: 'Went on.' });
      expect(rig.model.scripted).toHaveLength(2);
      // Both workers have read all of it; it is spent once, and an attempt that comes later spends nothing.
      expect(outcome.usage.totalTokens).toBe(facts.tokensOfTwo ?? 220);
      expect(await rig.runTurn({}, attempt(3))).toEqual(outcome);
      expect(rig.host.readRun('transcript.log').match(/==== turn 1 of SHOP-1 \(/g)).toHaveLength(1);
    });

    it('is resumed after its keeper was killed, and told so', async () => {
      await open([shell('touch started; sleep 600'), say('Went on.')]);
      const running = rig.runTurn();
      await rig.until('the command', () => existsSync(join(rig.host.workspace, 'started')));
      await rig.killKeeper();
      const outcome = await running;
      expect(outcome).toMatchObject({ kind: 'completed', summary: 'Went on.', wasCutOff: true });
      // What a killed program did not tell is lost; what it told is not spent again.
      expect(outcome.usage.totalTokens).toBeGreaterThanOrEqual(110);
      expect(outcome.usage.totalTokens).toBeLessThanOrEqual(220);
      const last = rig.told().at(-1) ?? '';
      expect(last.split('Work on Add the sum.')).toHaveLength(2);
      expect(last).toContain('The last turn was cut off');
      expect(rig.model.scripted).toHaveLength(2);
    });

    it('asks a person by its tool, and goes on with the answer (AGT-13)', async () => {
      await open([
        callTool(askName(facts.agent), { question: 'Which colour?', options: ['red', 'blue'] }),
        say('It is blue.'),
      ]);
      const asked = await rig.runTurn();
      expect(asked).toMatchObject({
        kind: 'question',
        question: { text: 'Which colour?', options: ['red', 'blue'] },
      });
      expect((await rig.host.running()).length).toBeGreaterThan(0);
      const { id } = (asked as Extract<TurnOutcome, { kind: 'question' }>).question;
      const answers = [{ questionId: id, question: 'Which colour?', text: 'blue', by: 'ann' }];
      const outcome = await rig.runTurn({ answers }, attempt(2));
      expect(outcome).toMatchObject({ kind: 'completed', summary: 'It is blue.' });
      expect(outcome.usage.totalTokens).toBe(facts.tokensOfTwo ?? 220);
      expect(rig.told().at(-1)).toContain('blue');
      expect(rig.model.scripted).toHaveLength(2);
    });

    it('fails as not logged in when the model refuses the credential', async () => {
      await open(() => fail(401));
      expect(await rig.runTurn()).toMatchObject({ kind: 'failed', category: 'not_logged_in' });
    });
  });
}

/** Under which name the model sees the tool. */
function askName(agent: AgentName): string {
  const names = { codex: 'ask_human', claude: 'mcp__continuo__ask_human', opencode: 'continuo_ask_human' };
  return names[agent];
}
