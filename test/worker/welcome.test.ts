import { describe, expect, it } from '@jest/globals';
import { parseConfig } from '../../src/config/parse.js';
import { dataPaths } from '../../src/config/paths.js';
import { welcome } from '../../src/worker/welcome.js';
import { workflowText } from '../config/workflow-file.js';

function linesOf(parts: Record<string, string>): string[] {
  const config = parseConfig('/srv/shop/WORKFLOW.md', workflowText(parts), {});
  const engine = { address: 'localhost:7233', namespace: 'default', uiUrl: null, kind: 'external' } as const;
  return welcome({ config, paths: dataPaths('/data'), host: 'here' }, engine);
}

describe('the welcome', () => {
  it('warns of settings that have no effect', () => {
    const lines = linesOf({
      schedules: '[{ name: n, cron: "0 3 * * *", prompt: p }]',
      worker: '{ ssh_hosts: [big] }',
    });
    expect(lines).toContainEqual(expect.stringContaining('Warning: schedules has no effect'));
    expect(lines).toContainEqual(expect.stringContaining('run `continuo worker` on each of those hosts'));
    expect(linesOf({}).join()).not.toContain('Warning');
  });
});
