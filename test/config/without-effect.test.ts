import { describe, expect, it } from '@jest/globals';
import { parseConfig } from '../../src/config/parse.js';
import { settingsWithoutEffect } from '../../src/config/without-effect.js';
import { workflowText } from './workflow-file.js';

function keysOf(parts: Record<string, string>): string[] {
  const config = parseConfig('/srv/shop/WORKFLOW.md', workflowText(parts), {});
  return settingsWithoutEffect(config).map(({ key }) => key);
}

describe('settings without effect', () => {
  it('are hosts that are to be reached over ssh', () => {
    expect(keysOf({})).toEqual([]);
    expect(keysOf({ schedules: '[]', review: '{ agents: [] }', worker: '{ ssh_hosts: [] }' })).toEqual([]);
    expect(keysOf({ worker: '{ ssh_hosts: [big.example.org] }' })).toEqual(['worker.ssh_hosts']);
    expect(keysOf({ worker: '{ ssh_hosts: big.example.org }' })).toEqual(['worker.ssh_hosts']);
  });

  it('are no error where nothing stands there', () => {
    expect(keysOf({ worker: '' })).toEqual([]);
    expect(keysOf({ worker: '{ ssh_hosts: }' })).toEqual([]);
  });
});
