import { describe, expect, it } from '@jest/globals';
import { readTaskFile } from '../../../../src/activities/tracker/file/task-file.js';

const path = 'tasks/fix-login.md';

function read(text: string, at = path) {
  return readTaskFile(at, text);
}

describe('a task file', () => {
  it('has everything it says', () => {
    const text = [
      '---',
      'title: Fix the login # the first one',
      'state: In Progress',
      'priority: 2',
      'labels: [Bug, ui]',
      'blocked_by: [db, 42]',
      'scope: src/**',
      'acceptance:',
      '  - a test shows it',
      'created_at: 2026-01-02T04:04:05+01:00',
      'mood: good',
      '---',
      '',
      'It fails.',
      '',
    ].join('\n');
    expect(read(text)).toEqual({
      task: {
        path,
        identifier: 'fix-login',
        title: 'Fix the login',
        state: 'In Progress',
        priority: 2,
        labels: ['Bug', 'ui'],
        blockedBy: ['db', '42'],
        scope: ['src/**'],
        acceptance: ['a test shows it'],
        createdAt: '2026-01-02T03:04:05.000Z',
        description: 'It fails.',
        clear: true,
      },
      problems: [],
    });
  });

  it.each([
    ['---\ntitle: From the front matter\n---\n# Heading', 'From the front matter'],
    ['# From the heading #\ntext', 'From the heading'],
    ['text\n\n## Second\n', 'Second'],
    ['```\n# not this\n```\n# But this', 'But this'],
    ['\uFEFF# With a mark', 'With a mark'],
    ['no heading', 'Fix login'],
    ['', 'Fix login'],
    ['#\n', 'Fix login'],
    ['---\ntitle: |\n  two\n  lines\n---\n', 'two lines'],
  ])('%j is called %s', (text, title) => {
    expect(read(text).task?.title).toBe(title);
  });

  it.each([
    ['created_at: 2026-01-02', '2026-01-02T00:00:00.000Z'],
    ['created_at: 2026-01-02 03:04:05Z', '2026-01-02T03:04:05.000Z'],
  ])('%s is a date', (line, expected) => {
    expect(read(`---\n${line}\n---\n`).task?.createdAt).toBe(expected);
  });

  it.each([
    ['---\ntitle: [1]\n---\n', 'title: found a list, allowed: a text'],
    ['---\ntitle: 7\n---\n', 'title: found 7, allowed: a text'],
    ['---\ntitle: " "\n---\n', 'title: found " ", allowed: a text'],
    ['---\nstate: { a: 1 }\n---\n', 'state: found a map, allowed: a text, such as Todo'],
    ['---\nstate: true\n---\n', 'state: found true, allowed: a text, such as Todo'],
    ['---\n- a\n---\n', 'front matter: found a list, allowed: a map of keys and values'],
    ['---\ntitle: x\n', 'front matter: found no end, allowed: a line that is exactly --- after it'],
    [
      '---\ntitle: a\ntitle: b\n---\n',
      'line 3: found broken YAML (Map keys must be unique), allowed: a map of keys and values',
    ],
    [
      '---\ntitle: "a\n---\n',
      'line 3: found broken YAML (Missing closing "quote), allowed: a map of keys and values',
    ],
    ['a\0b', 'found bytes that are not text, allowed: UTF-8 text'],
    ['a\uFFFDb', 'found bytes that are not text, allowed: UTF-8 text'],
    ['x'.repeat(256 * 1024 + 1), 'found 262145 bytes, allowed: at most 262144 bytes'],
  ])('%.40j is malformed (TRK-11)', (text, message) => {
    const { task, problems } = read(text);
    expect(task).toBeNull();
    expect(problems).toEqual([{ where: path, message }]);
  });

  it('that cannot be read is malformed', () => {
    expect(readTaskFile(path, null)).toEqual({
      task: null,
      problems: [{ where: path, message: 'found a file that cannot be read, allowed: a text file' }],
    });
  });

  it.each([
    [
      'priority: high',
      'priority: found "high", allowed: a whole number; 1 is the most urgent',
      { priority: null, clear: true },
    ],
    [
      'priority: 1.5',
      'priority: found 1.5, allowed: a whole number; 1 is the most urgent',
      { priority: null },
    ],
    ['labels: { a: 1 }', 'labels: found a map, allowed: a list of texts', { labels: [], clear: true }],
    [
      'created_at: soon',
      'created_at: found "soon", allowed: a date, such as 2026-01-31 or 2026-01-31T09:00:00Z',
      { createdAt: null },
    ],
    [
      'created_at: 2026-13-45',
      'created_at: found "2026-13-45", allowed: a date, such as 2026-01-31 or 2026-01-31T09:00:00Z',
      { createdAt: null },
    ],
    ['acceptance: true', 'acceptance: found true, allowed: a list of texts', { acceptance: [], clear: true }],
    [
      'blocked_by: { a: 1 }',
      'blocked_by: found a map, allowed: a list of task identifiers',
      { blockedBy: [], clear: false },
    ],
    [
      'scope: [[1]]',
      'scope: found a list, allowed: a list of globs, such as src/**',
      { scope: [], clear: false },
    ],
  ])('with %s is used without it, and reported', (line, message, expected) => {
    const { task, problems } = read(`---\ntitle: x\n${line}\n---\n`);
    expect(task).toMatchObject(expected);
    expect(problems).toEqual([{ where: path, message }]);
  });

  it.each([
    ['tasks/..md', 'file name: found ".", allowed: a file name that is more than dots'],
    ['tasks/...md', 'file name: found "..", allowed: a file name that is more than dots'],
    ['tasks/.md', 'file name: found ".md", allowed: a file name that is more than dots'],
    ['tasks/a\nb.md', 'file name: found "a\\nb", allowed: a file name without control characters'],
    [
      `tasks/${'x'.repeat(300)}.md`,
      `file name: found "${'x'.repeat(60)}…", allowed: a file name of at most 255 bytes`,
    ],
  ])('%.20j has a name that cannot name a task', (at, message) => {
    expect(read('', at)).toEqual({ task: null, problems: [{ where: at, message }] });
  });

  it.each(['v1..2', 'foo.lock', '.hid', '🎉', 'a b', '-x', "it's", 'ü'])('may be called %s', (identifier) => {
    expect(read('', `tasks/deep/${identifier}.md`).task?.identifier).toBe(identifier);
  });
});
