import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import type { Level } from '../../../src/activities/keeper/containment/containment.js';
import { ContainmentError, probeContainment } from '../../../src/activities/keeper/containment/probe.js';
import { files } from '../../../src/activities/keeper/protocol.js';
import type { TurnOutcome } from '../../../src/workflows/ports.js';
import { until } from '../../support/engine.js';
import type { AgentStep } from './tool-agent.js';
import { ToolHost } from './tool-agent.js';

const ask: AgentStep = { call: 'ask_human', arguments: { question: 'Which colour?' } };
const attempt = (number: number) => new MockActivityEnvironment({ activityId: 'one', attempt: number });

/** Tries to speak to a socket whose path ends so, wherever the agent finds one. */
const knock = (name: string): AgentStep => ({
  shell: `for s in "$(dirname "$(dirname "$CONTINUO_TOOLS")")"/${name}; do
  ${process.execPath} -e 'require("net").connect(process.argv[1]).on("connect", () => { console.log("open"); process.exit() }).on("error", (e) => { console.log(e.code); process.exit() })' "$s"
done; ls "$(dirname "$(dirname "$CONTINUO_TOOLS")")"`,
});

async function missing(level: Level): Promise<string | null> {
  try {
    await probeContainment({ level, writable: [], readable: [], host_ports: [] }, process.env);
    return null;
  } catch (error) {
    if (error instanceof ContainmentError) return error.message;
    throw error;
  }
}

let host: ToolHost;
afterEach(() => host.remove());

async function answered(asked: TurnOutcome, text: string, number: number): Promise<TurnOutcome> {
  if (asked.kind !== 'question') throw new Error(`no question: ${JSON.stringify(asked)}`);
  const answers = [{ questionId: asked.question.id, question: asked.question.text, text, by: 'ann' }];
  return host.runTurn({ answers }, attempt(number));
}

const problem = await missing('strict');

(problem === null ? describe : describe.skip)(`an agent in a strict sandbox (${problem ?? 'here'})`, () => {
  it('reaches its tools, also when another worker has come, and not the control socket', async () => {
    host = new ToolHost([{ list: true }, knock('gen-0001/sock'), ask], 'strict');
    const asked = await host.runTurn({}, attempt(1));
    const [list, knocked] = host.results();
    expect(list?.result?.tools).toContainEqual(expect.objectContaining({ name: 'ask_human' }));
    expect(knocked).toMatchObject({ stdout: 'ENOENT\ntools\n' });
    // It is there all the same, for workers.
    expect(existsSync(join(host.generations()[0] ?? '', files.socket))).toBe(true);

    expect(await answered(asked, 'blue', 2)).toMatchObject({ kind: 'completed', summary: 'Done.' });
    expect(host.results()[2]?.result?.content).toEqual([{ type: 'text', text: 'blue' }]);
  });

  it('reaches them with the next generation of its keeper', async () => {
    host = new ToolHost([{ list: true }, { wait: 'go' }, ask], 'strict');
    const running = host.runTurn({}, attempt(1));
    await host.untilPlayed(1);
    const [first] = await host.running();
    process.kill(first?.keeper.process.pid ?? 0, 'SIGKILL');
    // The first program would take the end of its keeper for the result of its call.
    await until(() => host.generations().length === 2);
    host.go();
    const asked = await running;
    expect(await answered(asked, 'red', 2)).toMatchObject({ kind: 'completed', wasCutOff: true });
    expect(host.results()[2]?.result?.content).toEqual([{ type: 'text', text: 'red' }]);
  });
});

describe('an agent without a sandbox', () => {
  it('would reach the control socket, which shows that the test above can fail', async () => {
    host = new ToolHost([knock('gen-0001/sock')]);
    expect(await host.runTurn({}, attempt(1))).toMatchObject({ kind: 'completed' });
    expect(host.results()[0]).toMatchObject({ stdout: 'open\ngen-0001\ntools\n' });
  });
});
