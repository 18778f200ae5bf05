import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { hasVariable, listProcesses } from '../../../src/activities/keeper/processes.js';
import { projectWorkflowId } from '../../../src/domain/project.js';
import { taskWorkflowId } from '../../../src/domain/task.js';
import { makeCanaries } from '../../support/canaries.js';
import { LiveProject } from '../../support/live-project.js';
import { toolAgentCommand } from './tool-agent.js';

/** Of the tracker by name and by its section, of a forge, and of Temporal. */
const canaries = makeCanaries('SHOP_TRACKER_KEY', 'GITHUB_TOKEN', 'TEMPORAL_GRPC_META_AUTHORIZATION');
const values = Object.values(canaries);
const found = (text: string) => values.filter((value) => text.includes(value));

const report = { done: ['looked around'], next: [], notes: '' };
const steps = [
  { shell: 'env; cat /proc/*/environ /proc/*/cmdline' },
  { call: 'comment', arguments: { text: 'I looked around.' } },
  { call: 'read_issue', arguments: {} },
  { call: 'report', arguments: report },
  { shell: 'touch looked' },
  { wait: 'go' },
];

it('leaves no credential of tracker, forge and Temporal where an agent or a history is (TOOL-03, TOOL-06)', async () => {
  const project = new LiveProject({
    workflow: `agent: { kind: codex }
codex: { command: ${JSON.stringify(toolAgentCommand())} }
land: { mode: merge }`,
    provider: 'api_key: $SHOP_TRACKER_KEY',
    tasks: { canary: 'Look around.' },
    files: { 'steps.json': JSON.stringify(steps) },
    env: (folder) => ({ ...canaries, HOME: join(folder, 'home') }),
  });
  try {
    // Of the tracker's and Temporal's, not even a login profile brings them back.
    mkdirSync(join(project.folder, 'home'));
    writeFileSync(
      join(project.folder, 'home', '.bash_profile'),
      `export SHOP_TRACKER_KEY=${values[0]} TEMPORAL_GRPC_META_AUTHORIZATION=${values[2]}\n`,
    );
    await project.start();
    expect(found(processText(project.upPid))).toEqual(values);

    await project.until('the agent looks around', async () => {
      const { workspace } = (await project.status('canary')) ?? {};
      return workspace != null && statSync(join(workspace.path, 'looked'), { throwIfNoEntry: false }) != null;
    });
    const { path = '', runPath = '' } = (await project.status('canary'))?.workspace ?? {};
    const [agent] = await project.programs();
    const { process: keeper, cookie } = agent!.claim;
    const tree = (await listProcesses())
      .map(({ pid }) => pid)
      .filter((pid) => pid === keeper.pid || hasVariable(pid, 'CONTINUO_PROGRAM', cookie));
    // The keeper, the agent, and its MCP server at the least.
    expect(tree.length).toBeGreaterThan(2);
    expect(found(tree.map(processText).join('\n'))).toEqual([]);
    const places = [path, runPath].map(filesBelow);
    expect(places.join('\n')).toContain('looked around');
    expect(found(places.join('\n'))).toEqual([]);

    writeFileSync(join(path, 'go'), '');
    await project.until('it has landed', async () => (await project.status('canary'))?.phase === 'done');
    expect((await project.status('canary'))?.report).toEqual(report);
    const client = await project.client();
    const ids = [taskWorkflowId(project.name, 'canary'), projectWorkflowId(project.name)];
    const histories = await Promise.all(ids.map((id) => client.workflow.getHandle(id).fetchHistory()));
    const told = histories.flatMap(textsIn).join('\n');
    expect(told).toContain('Do canary');
    expect(found(told)).toEqual([]);
    expect(found(filesBelow(runPath))).toEqual([]);
    await project.stop();
    expect(project.said).toContain(project.name);
    expect(found(project.said)).toEqual([]);
    // All that the host keeps: the engine's database and log, configurations, mirrors, the ledger.
    expect(found(filesBelow(project.data))).toEqual([]);
  } finally {
    await project.close();
  }
}, 240_000);

function processText(pid: number): string {
  try {
    return ['environ', 'cmdline'].map((name) => readFileSync(`/proc/${pid}/${name}`, 'utf8')).join('\n');
  } catch {
    // It has just ended.
    return '';
  }
}

function filesBelow(folder: string): string {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const paths = names.map((name) => join(folder, name));
  const texts = paths.filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
  return texts.map((path) => readFileSync(path, 'latin1')).join('\n');
}

/** Every text of a history, with what its payloads hold. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (value instanceof Uint8Array) return [Buffer.from(value).toString('utf8')];
  return value !== null && typeof value === 'object' ? Object.values(value).flatMap(textsIn) : [];
}
