import { describe, expect, it } from '@jest/globals';
import type { Containment } from '../../src/activities/keeper/containment/containment.js';
import { parseConfig } from '../../src/config/parse.js';
import { dataPaths } from '../../src/config/paths.js';
import { sandboxNote } from '../../src/worker/sandbox.js';
import { welcome } from '../../src/worker/welcome.js';
import { workflowText } from '../config/workflow-file.js';

const strict: Containment = { level: 'strict', processes: true, files: true, network: true, missing: [] };

function linesOf(parts: Record<string, string>, containment = strict): string[] {
  const config = parseConfig('/srv/shop/WORKFLOW.md', workflowText(parts), {});
  const engine = { address: 'localhost:7233', namespace: 'default', uiUrl: null, kind: 'external' } as const;
  const sandbox = sandboxNote(config, containment);
  return welcome([{ config, paths: dataPaths('/data'), host: 'here', sandbox }], engine);
}

describe('the welcome', () => {
  it('warns of settings that have no effect', () => {
    const lines = linesOf({
      worker: '{ ssh_hosts: [big] }',
    });
    expect(lines).toContainEqual(expect.stringContaining('run `continuo worker` on each of those hosts'));
    expect(linesOf({}).join()).not.toContain('Warning');
  });

  it('tells the level of the sandbox, and below strict what is at risk and how to get more', () => {
    expect(linesOf({})).toContainEqual('  Sandbox   strict: own processes, files and network');
    expect(linesOf({}).join()).not.toContain('security boundary');
    const missing = [{ what: 'pasta is not on PATH', mend: 'install it: apt-get install passt' }];
    const lines = linesOf({}, { ...strict, level: 'standard', network: false, missing });
    expect(lines).toContainEqual(
      expect.stringContaining('approvals are not a security boundary against agents'),
    );
    expect(lines).toContainEqual(
      expect.stringContaining('pasta is not on PATH: install it: apt-get install passt'),
    );
  });

  it('warns at strict of hooks that run in what an agent has written, and of no others', () => {
    const hooks = '{ after_create: npm ci, before_run: npm install, after_run: " ", before_remove: ./clean }';
    const warning =
      'Warning: hooks run outside of the sandbox, in what the agent wrote: before_run, before_remove;';
    expect(linesOf({ hooks })).toContainEqual(expect.stringContaining(warning));
    expect(linesOf({ hooks: '{ after_create: npm ci }' }).join()).not.toContain('hooks');
    expect(linesOf({ hooks }, { ...strict, level: 'none', network: false }).join()).not.toContain('hooks');
  });
});
