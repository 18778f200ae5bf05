import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { WorkflowHandle } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { TaskStatus } from '../../src/domain/status.js';
import * as messages from '../../src/workflows/messages.js';
import type { task } from '../../src/workflows/task.js';
import { TestHost } from '../activities/agent/host.js';
import type { AskingKind } from '../support/asking-backend.js';
import { until } from '../support/engine.js';
import { testConfig } from '../support/fake-ports.js';
import type { Program } from '../support/program.js';
import { compile, start } from '../support/program.js';
import type { AskingSettings } from '../support/programs/asking-worker.js';
import { startLocalServer, workflowBundle } from '../support/temporal.js';
import type { Rig } from '../support/workflow-rig.js';
import { openRig } from '../support/workflow-rig.js';

type Handle = WorkflowHandle<typeof task>;

let env: TestWorkflowEnvironment;
let program: string;
let rig: Rig;
let closeRig: () => Promise<void>;
let host: TestHost;
let worker: Program | null = null;

beforeAll(async () => {
  env = await startLocalServer();
  program = await compile('test/support/programs/asking-worker.ts');
});
afterAll(() => env.teardown());
afterEach(async () => {
  await worker?.end('SIGKILL');
  await closeRig();
  await host.remove();
});

let settings: AskingSettings;
async function open(kind: AskingKind, more = ''): Promise<void> {
  ({ rig, close: closeRig } = await openRig(env, null));
  host = new TestHost(`agent: { kind: command }\ncommand: { run: 'true' }\n${more}`);
  settings = {
    address: env.address,
    queue: rig.queue,
    project: rig.project,
    codePath: (await workflowBundle()).codePath,
    folder: host.folder,
    sections: host.sections,
    kind,
    agent: fileURLToPath(new URL('../support/asking-agent.mjs', import.meta.url)),
  };
  await startWorker();
}

async function startWorker(): Promise<void> {
  worker = start(program, [JSON.stringify(settings)], process.env);
  await worker.line('up');
}

/** No process of it gets to say anything. */
async function killWorker(): Promise<void> {
  await worker?.end('SIGKILL');
  worker = null;
}

const config = testConfig({ agentKind: 'asking' });
const asks = ({ question }: TaskStatus) => question !== null;
const said = (note = '') => ({ id: randomUUID(), by: 'ann', note });
const notes = () => (existsSync(join(host.workspace, 'notes')) ? host.read('notes').trim().split('\n') : []);

async function asking(): Promise<{ handle: Handle; answer: messages.AnswerMessage }> {
  const handle = await rig.start({ config });
  const { question } = await rig.until(handle, asks);
  return { handle, answer: { id: randomUUID(), by: 'ann', questionId: question!.id, text: '1' } };
}

async function finish(handle: Handle): Promise<void> {
  const slots = rig.grantSlots(handle, config);
  try {
    expect((await handle.result()).outcome).toBe('done');
  } finally {
    await slots.stop();
  }
}

describe('a question', () => {
  it('outlives its worker, and an answer that comes twice while none is up takes effect once', async () => {
    await open('asks');
    const { handle, answer } = await asking();
    await killWorker();
    expect(await host.running()).toHaveLength(1);
    await handle.signal(messages.answerSignal, answer);
    await handle.signal(messages.answerSignal, answer);
    await startWorker();
    await finish(handle);
    expect(notes()).toEqual(['begin null unanswered', 'reply Blue']);
    expect(await host.running()).toEqual([]);
    expect((await rig.state(handle)).usage.turns).toBe(1);
  });

  it('outlives its worker and its keeper, and the session that begins again is told the answer once', async () => {
    await open('asks');
    const { handle, answer } = await asking();
    await killWorker();
    for (const { keeper } of await host.running()) process.kill(keeper.process.pid, 'SIGKILL');
    await handle.signal(messages.answerSignal, answer);
    await startWorker();
    await finish(handle);
    expect(notes()).toEqual(['begin null unanswered', 'begin thread-1 answered']);
  });

  it('outlives the lease of its agent', async () => {
    await open('asks', 'keeper: { lease_ms: 200 }');
    const { handle, answer } = await asking();
    await until(async () => (await host.running()).length === 0);
    expect((await rig.until(handle, asks)).question?.id).toBe(answer.questionId);
    await handle.executeUpdate(messages.answerUpdate, { args: [answer] });
    await finish(handle);
    expect(notes()).toEqual(['begin null unanswered', 'begin thread-1 answered']);
  });

  it('does not let its agent go on when its task is cancelled', async () => {
    await open('asks');
    const { handle } = await asking();
    await handle.executeUpdate(messages.cancelUpdate, { args: [said()] });
    expect((await handle.result()).outcome).toBe('cancelled');
    expect(await host.running()).toEqual([]);
  });
});

describe('a turn that runs', () => {
  async function listening(): Promise<Handle> {
    await open('listens');
    const handle = await rig.start({ config });
    await until(async () => (await host.running()).length === 1);
    return handle;
  }
  const steer = (handle: Handle, note: string) =>
    handle.executeUpdate(messages.steerUpdate, { args: [said(note)] });

  it('hears what people say, and nothing of it waits then', async () => {
    const handle = await listening();
    expect((await steer(handle, 'mind the gap')).message).toContain('waits for the agent');
    const heard = await rig.until(handle, ({ remarks }) => remarks.length === 0);
    expect(heard.history.at(-1)?.note).toBe('a note was heard by the agent in turn 1');
    await steer(handle, 'now finish');
    await finish(handle);
    expect(notes()).toHaveLength(3);
    expect((await rig.state(handle)).feedback).toEqual([]);
  });

  it('is ended by a pause with all it started, and goes on in its session', async () => {
    const handle = await listening();
    await until(() => notes().length === 1);
    await handle.executeUpdate(messages.pauseUpdate, { args: [{ ...said(), now: true }] });
    await rig.until(handle, ({ waiting }) => waiting?.kind === 'paused');
    expect(await host.running()).toEqual([]);
    await handle.executeUpdate(messages.resumeUpdate, { args: [said()] });
    await steer(handle, 'now finish');
    const slots = rig.grantSlots(handle, config);
    await rig.until(handle, () => notes().length === 2);
    // It is in the prompt of the second turn, which this agent does not look into.
    await steer(handle, 'I said: finish');
    expect((await handle.result()).outcome).toBe('done');
    await slots.stop();
    expect(notes().slice(0, 2)).toEqual(['begin null unanswered', 'begin thread-1 unanswered']);
    expect((await rig.state(handle)).usage.turns).toBe(2);
  });
});
