import { describe, expect, it } from '@jest/globals';
import type { LogLevel } from '../../src/worker/logger.js';
import { createLogger, logLevel } from '../../src/worker/logger.js';

function collect(level: LogLevel, env: NodeJS.ProcessEnv = {}) {
  const lines: string[] = [];
  const log = createLogger({ level, env, write: (line) => lines.push(line.replace(/^time=\S+ /, '')) });
  return { lines, log };
}

describe('the log', () => {
  it('writes one line of key=value pairs, quoted where needed (OBS-02)', () => {
    const { lines, log } = collect('info');
    log.info('two words', { issue_identifier: 'A-1', note: 'a "b"\nc', count: 2, nothing: undefined });
    expect(lines).toEqual([
      'level=info message="two words" issue_identifier=A-1 note="a \\"b\\"\\nc" count=2',
    ]);
  });

  it('drops lines below its level', () => {
    const { lines, log } = collect('warn');
    log.debug('a');
    log.info('b');
    log.warn('c');
    log.error('d', { error: new Error('broken pipe') });
    expect(lines).toEqual(['level=warn message=c', 'level=error message=d error="broken pipe"']);
  });

  it('never shows the value of a secret variable, wherever it stands (SEC-04)', () => {
    const { lines, log } = collect('debug', { GITHUB_TOKEN: 'ghp_0123456789', EDITOR: 'editor-name' });
    log.warn('failed with ghp_0123456789 in editor-name', { url: 'https://x:ghp_0123456789@host/' });
    expect(lines.join()).not.toContain('ghp_0123456789');
    expect(lines.join()).toContain('editor-name');
  });

  it('has the level that CONTINUO_LOG names, else info', () => {
    expect(logLevel({ CONTINUO_LOG: 'debug' })).toBe('debug');
    expect(logLevel({ CONTINUO_LOG: 'loud' })).toBe('info');
    expect(logLevel({})).toBe('info');
  });
});
