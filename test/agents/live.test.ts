import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from '@jest/globals';
import { callTool, say, ScriptedModel, tools } from '../support/scripted-model/index.js';
import { LiveProject } from '../support/live-project.js';
import { describeAgent } from './support/describe-agent.js';
import { agentHome } from './support/home.js';

const canaries = {
  SHOP_TRACKER_KEY: 'canary-of-the-tracker-4711',
  GITHUB_TOKEN: 'canary-of-the-forge-4712',
  TEMPORAL_GRPC_META_AUTHORIZATION: 'canary-of-temporal-4713',
};

/** The whole way, as people go it: `continuo up`, with the agent in its sandbox as strict as this host has it. */
describeAgent('codex', (binary) => {
  let project: LiveProject;
  let model: ScriptedModel;
  let home: string;
  afterEach(async () => {
    await project.close();
    await model.close();
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  });

  it('lands what a real Codex has written, verified and without a word that it claims', async () => {
    const patch = tools.codex.write('sum.txt', '3\n');
    model = await ScriptedModel.start([
      callTool('exec_command', { cmd: 'ls; cat README.md /proc/*/environ', login: false }),
      callTool(patch.name, patch.input),
      say('The sum is there.'),
    ]);
    home = realpathSync(mkdtempSync(join(process.cwd(), 'node_modules', '.agents-live-')));
    const env = agentHome('codex', home, model.port);
    project = new LiveProject({
      workflow: `agent: { kind: codex, env: [CODEX_HOME, SCRIPTED_KEY] }
codex: { command: ${JSON.stringify(`${binary} app-server`)}, read_timeout_ms: 60000 }
containment: { host_ports: [${model.port}], readable: [${JSON.stringify(process.cwd())}] }
verify: { checks: [{ name: sum, run: "grep -qx 3 sum.txt" }] }
review: { human: { when: never } }
land: { mode: merge }`,
      files: { 'README.md': 'A project.\n' },
      tasks: { sum: 'Write the sum of one and two to sum.txt.' },
      provider: 'api_key: $SHOP_TRACKER_KEY',
      env: () => ({ CODEX_HOME: env.CODEX_HOME ?? '', SCRIPTED_KEY: 'scripted', ...canaries }),
    });
    await project.start();
    await project.until('the change has landed', async () => (await project.status('sum'))?.phase === 'done');
    expect(project.git('show', 'main:sum.txt')).toBe('3');
    const status = await project.status('sum');
    expect(status?.containment).toMatch(/strict|own/);
    expect(status?.usage.totalTokens).toBe(330);
    expect(model.repeated).toEqual([]);
    // What it found in the processes that it sees has its own key in it, and no credential of ours.
    const told = JSON.stringify(model.requests);
    expect(told).toContain('SCRIPTED_KEY=scripted');
    for (const canary of Object.values(canaries)) expect(told).not.toContain(canary);
  }, 240_000);
});
