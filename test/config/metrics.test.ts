import { describe, expect, it } from '@jest/globals';
import { parseConfig } from '../../src/config/parse.js';
import { workflowText } from './workflow-file.js';

const load = (parts: Record<string, string>) =>
  parseConfig('/srv/shop/WORKFLOW.md', workflowText(parts), {}).metrics;

describe('the section metrics', () => {
  it('is off without a port, and for this machine alone', () => {
    expect(load({})).toEqual({ host: '127.0.0.1' });
    expect(load({ metrics: '{ port: 9464 }' })).toEqual({ port: 9464, host: '127.0.0.1' });
    expect(load({ metrics: '{ port: 9464, host: "::" }' })).toEqual({ port: 9464, host: '::' });
  });

  it.each([
    ['{ port: 0 }', /metrics\.port: found 0, allowed: a port from 1 to 65535/],
    ['{ port: http }', /metrics\.port: found "http", allowed: a port from 1 to 65535/],
    ['{ host: localhost }', /metrics\.host: found "localhost", allowed: an IP address of this machine/],
  ])('refuses %s', (metrics, message) => {
    expect(() => load({ metrics })).toThrow(message);
  });
});
