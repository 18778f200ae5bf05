import { describe, expect, it } from '@jest/globals';
import type { LogFormat } from '../../../src/worker/log/line.js';
import type { LogLevel } from '../../../src/worker/log/logger.js';
import { createLogger, logLevel } from '../../../src/worker/log/logger.js';

function collect(
  level: LogLevel,
  { secrets = [], format = 'text' }: { secrets?: string[]; format?: LogFormat } = {},
) {
  const lines: string[] = [];
  const write = (line: string) => lines.push(line.replace(/^time=\S+ /, ''));
  return { lines, log: createLogger({ level, format, secrets, write }) };
}

const json = (line: string | undefined) => JSON.parse(line ?? '') as Record<string, unknown>;

describe('the log', () => {
  it('writes one line of key=value pairs, quoted where needed (OBS-02)', () => {
    const { lines, log } = collect('info');
    log.info('two words', {
      issue_identifier: 'A-1',
      note: 'a "b"\nc',
      count: 2,
      nothing: undefined,
      no: null,
    });
    log.info('', { path: 'a\\b', pair: 'a=b', word: 'Grüße' });
    expect(lines).toEqual([
      'level=info message="two words" issue_identifier=A-1 note="a \\"b\\"\\nc" count=2',
      'level=info message="" path="a\\\\b" pair="a=b" word=Grüße',
    ]);
  });

  it('writes one JSON object for each message where it is asked to', () => {
    const { lines, log } = collect('info', { format: 'json' });
    log.info('two words', {
      issue_identifier: 'A-1',
      count: 2,
      isNew: true,
      error: new Error('a\nb'),
      no: null,
    });
    expect(lines).toHaveLength(1);
    expect(json(lines[0])).toEqual({
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      level: 'info',
      message: 'two words',
      issue_identifier: 'A-1',
      count: 2,
      isNew: true,
      error: 'a\nb',
    });
  });

  it.each(['text', 'json'] as const)('lets nothing through that moves a cursor (%s)', (format) => {
    const { lines, log } = collect('info', { format });
    const text = '\x1b[2J\r\x07\x7f\x9b31m\u202e\u2028';
    log.info(text, { text, lone: '\ud800' });
    // eslint-disable-next-line no-control-regex
    expect(lines.join('')).not.toMatch(/[\x00-\x1f\x7f-\x9f\u2028-\u202e]/);
    if (format === 'json') expect(json(lines[0])).toMatchObject({ message: text, text });
  });

  it('drops lines below its level', () => {
    const { lines, log } = collect('warn');
    log.debug('a');
    log.info('b');
    log.warn('c');
    log.error('d', { error: new Error('broken pipe') });
    expect(lines).toEqual(['level=warn message=c', 'level=error message=d error="broken pipe"']);
  });

  it('says what made an error, where the message does not', () => {
    const { lines, log } = collect('info');
    const cause = new Error('no space left');
    log.warn('a', { error: new Error('cannot write', { cause }) });
    log.warn('b', { error: new Error('cannot write: no space left', { cause }) });
    expect(lines.map((line) => line.slice(-36))).toEqual(
      Array(2).fill('error="cannot write: no space left"'.padStart(36)),
    );
  });

  it('adds to each line what was bound around it, across waits, and nothing to others', async () => {
    const { lines, log } = collect('info');
    await Promise.all(
      ['a', 'b'].map((task) =>
        log.within({ task, turn: 1 }, async () => {
          await new Promise((resolve) => setTimeout(resolve, 1));
          log.info('one', { turn: 2 });
          log.within({ host: 'h' }, () => log.info('two'));
        }),
      ),
    );
    log.info('three');
    expect([...lines].sort()).toEqual([
      'level=info message=one task=a turn=2',
      'level=info message=one task=b turn=2',
      'level=info message=three',
      'level=info message=two task=a turn=1 host=h',
      'level=info message=two task=b turn=1 host=h',
    ]);
  });

  it.each(['text', 'json'] as const)(
    'never shows a secret, wherever and however it stands (%s)',
    (format) => {
      const secret = 'canary"with\\quotes\nand lines';
      const { lines, log } = collect('debug', { format, secrets: [secret, '123456789'] });
      log.within({ bound: secret }, () =>
        log.warn(`failed with ${secret}`, {
          url: `https://x:${secret}@host/`,
          nested: { list: [secret] },
          error: new Error('outer', { cause: new Error(secret) }),
          number: 123456789,
          cut: 'x'.repeat(990) + secret,
        }),
      );
      const line = lines.join('');
      expect(line.match(/\*\*\*/g)?.length).toBeGreaterThanOrEqual(6);
      for (const trace of ['canary', 'quotes', 'and lines', '123456789']) expect(line).not.toContain(trace);
    },
  );

  it('keeps no payload: a long value is cut', () => {
    const { lines, log } = collect('info', { format: 'json' });
    log.info('long', { output: 'x'.repeat(100_000), list: Array(10_000).fill('y') });
    expect(lines[0]?.length).toBeLessThan(3_000);
    expect(json(lines[0])).toMatchObject({ output: expect.stringMatching(/^x{1000}…$/) });
  });

  it('has the level that CONTINUO_LOG names, else info', () => {
    expect(logLevel({ CONTINUO_LOG: 'debug' })).toBe('debug');
    expect(logLevel({ CONTINUO_LOG: 'loud' })).toBe('info');
    expect(logLevel({})).toBe('info');
  });
});
