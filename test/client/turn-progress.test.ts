import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import type { TaskStatus } from '../../src/domain/status.js';
import { TestHost } from '../activities/agent/host.js';
import { until } from '../support/engine.js';
import { FakePorts } from '../support/fake-ports.js';
import type { Lab } from './support/lab.js';
import { openLab } from './support/lab.js';

const program = fileURLToPath(new URL('../support/faulty-agent.mjs', import.meta.url));
const works = (kind: string) => `agent: { kind: ${kind}, env: [MODEL_KEY] }
${kind}: { command: ${JSON.stringify(`${process.execPath} ${program} ${kind} 'works on' #`)} }`;

const kinds = [
  ['codex', works('codex'), ['message', 'I look at it.'], 'of a newer version'],
  ['claude', works('claude'), ['message', 'I look at it.'], 'of a newer version'],
  ['acp', works('acp'), ['message', 'I look at it.'], 'of a newer version'],
  [
    'command',
    'agent: { kind: command, env: [MODEL_KEY] }\ncommand: { run: "echo I look at it.; echo with $MODEL_KEY; sleep 1000" }',
    ['output', 'I look at it.'],
    'with [redacted]',
  ],
] as const;

let lab: Lab;
let ports = new FakePorts();
let host: TestHost;

beforeAll(async () => {
  lab = await openLab();
  await lab.startProject();
  await lab.startWorkers(() => ports);
});
afterAll(() => lab.close());
afterEach(() => host.remove());

describe.each(kinds)('a turn of the agent %s', (kind, sections, [type, text], last) => {
  const task = `watch-${kind}`;

  /** The real activity, in a task of the real workflow. */
  beforeEach(() => {
    host = new TestHost(sections, undefined, { ...process.env, MODEL_KEY: 'the-key-of-the-model' });
    const workspace = { ...lab.workspace, path: host.workspace, runPath: host.runPath };
    const { activities } = host;
    ports = new FakePorts()
      .usually('prepare', ({ headSha }) => ({ kind: 'ready', workspace, headSha, notes: [] }))
      .usually('runTurn', (input) => activities.runTurn(input))
      .usually('endTurn', (input) => activities.endTurn(input));
  });

  it('is seen while it runs: its newest events in the status, all of them in the logs (AGT-11, ORC-11)', async () => {
    await lab.cli(['start', 'Look', '--id', task]);
    let status: TaskStatus | null = null;
    await until(async () => {
      status = JSON.parse((await lab.cli(['status', task, '--json'])).stdout) as TaskStatus;
      return status.turn?.events.at(-1)?.text.includes(last) === true;
    });
    const { turn, usage } = status!;
    expect(turn).toMatchObject({ turn: 1, lastMessage: type === 'message' ? text : null });
    expect(turn?.events.map((event) => [event.type, event.text])).toContainEqual([type, text]);
    expect(usage.turns).toBe(0);

    const page = (await lab.cli(['status', task])).stdout;
    expect(page).toMatch(new RegExp(`What the agent does\\n {2}turn 1.*\\n[^]*${type} {2}${text}\\n`));

    const acts: Promise<unknown>[] = [];
    const { stdout } = await lab.cli(['logs', task, '-f'], {
      onOutput(shown) {
        if (acts.length === 0 && shown.includes(text)) acts.push(lab.cli(['cancel', task]));
      },
    });
    await Promise.all(acts);
    expect(stdout).toContain('==== turn 1 of');
    expect(JSON.parse((await lab.cli(['status', task, '--json'])).stdout)).toMatchObject({ turn: null });
  });
});
