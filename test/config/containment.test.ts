import { describe, expect, it } from '@jest/globals';
import { parseConfig } from '../../src/config/parse.js';
import { workflowText } from './workflow-file.js';

const load = (containment: string) =>
  parseConfig('/srv/shop/WORKFLOW.md', workflowText({ containment }), {}).containment;

describe('the section containment', () => {
  it('leaves the level to the host unless it names one', () => {
    expect(load('{}')).toEqual({ writable: [], readable: [], host_ports: [] });
    expect(load('{ level: strict, writable: [~/.npm], host_ports: [5432] }')).toEqual({
      level: 'strict',
      writable: ['~/.npm'],
      readable: [],
      host_ports: [5432],
    });
  });

  it.each([
    ['{ level: high }', /containment\.level: found "high", allowed: .*strict.*standard.*none/],
    [
      '{ writable: [cache] }',
      /containment\.writable\[0\]: found "cache", allowed: a path that begins with \/ or ~\//,
    ],
    ['{ readable: [/] }', /containment\.readable\[0\]: found "\/", allowed: a path/],
    ['{ host_ports: [70000] }', /containment\.host_ports\[0\]: found 70000, allowed: a port from 1 to 65535/],
  ])('refuses %s', (section, message) => {
    expect(() => load(section)).toThrow(message);
  });
});
