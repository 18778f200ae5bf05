import { describe, expect, it } from '@jest/globals';
import { readTaskFolder } from '../../../../src/activities/tracker/file/task-folder.js';

const rules = { initial: 'Todo', terminal: ['Done', 'Cancelled'] };

function read(files: Record<string, string | null>) {
  return readTaskFolder(new Map(Object.entries(files)), rules);
}

const waiting = (...names: string[]) => `---\nblocked_by: [${names.join(', ')}]\n---\n`;

describe('a folder of tasks', () => {
  it('goes on with the others when one is broken', () => {
    const { issues, problems, malformed } = read({
      'tasks/a.md': '',
      'tasks/b.md': '---\n',
      'tasks/c.md': null,
    });
    expect([...issues.keys()]).toEqual(['a']);
    expect(problems.map((problem) => problem.where)).toEqual(['tasks/b.md', 'tasks/c.md']);
    expect([...malformed]).toEqual(['b', 'c']);
  });

  it('uses none of the tasks with one name, nor of those that differ in case only (ISS-03)', () => {
    const { issues, problems, malformed } = read({
      'tasks/a.md': '',
      'tasks/x/a.md': '',
      'tasks/Fix.md': '',
      'tasks/fix.md': '',
      'tasks/ok.md': '',
    });
    expect([...issues.keys()]).toEqual(['ok']);
    expect([...malformed].sort()).toEqual(['Fix', 'a', 'fix']);
    const message = (other: string) =>
      `file name: found the same task name as ${other}, allowed: a name of its own, also without regard to case`;
    expect(problems).toEqual([
      { where: 'tasks/Fix.md', message: message('tasks/fix.md') },
      { where: 'tasks/a.md', message: message('tasks/x/a.md') },
      { where: 'tasks/fix.md', message: message('tasks/Fix.md') },
      { where: 'tasks/x/a.md', message: message('tasks/a.md') },
    ]);
  });

  it('starts a task only when its blockers are finished', () => {
    const { issues } = read({
      'tasks/a.md': '---\nstate: " DONE "\n---\n',
      'tasks/b.md': waiting('a'),
      'tasks/c.md': waiting('a', 'b'),
    });
    expect([...issues.values()].map((issue) => [issue.identifier, issue.dispatchable])).toEqual([
      ['a', true],
      ['b', true],
      ['c', false],
    ]);
  });

  it('reports blockers that nobody can finish, and waits', () => {
    const { issues, problems } = read({
      'tasks/a.md': waiting('nobody'),
      'tasks/b.md': waiting('b'),
      'tasks/c.md': waiting('d'),
      'tasks/d.md': waiting('c'),
    });
    expect([...issues.values()].filter((issue) => issue.dispatchable)).toEqual([]);
    expect(issues.get('a')?.blocked_by).toEqual([{ id: null, identifier: 'nobody', state: null }]);
    const circle = (way: string) =>
      `blocked_by: found a circle, ${way}, allowed: tasks that do not wait for this one`;
    expect(problems).toEqual([
      {
        where: 'tasks/a.md',
        message: 'blocked_by: found "nobody", allowed: the identifier of a task file that can be read',
      },
      { where: 'tasks/b.md', message: circle('b -> b') },
      { where: 'tasks/c.md', message: circle('c -> d -> c') },
      { where: 'tasks/d.md', message: circle('d -> c -> d') },
    ]);
  });

  it('names the shortest circle, and none for a task that only leads to one', () => {
    const { problems } = read({
      'tasks/a.md': waiting('b', 'c'),
      'tasks/b.md': waiting('c'),
      'tasks/c.md': waiting('a'),
      'tasks/d.md': waiting('a'),
    });
    expect(problems.map(({ where, message }) => [where, /circle, (.*),/.exec(message)?.[1]])).toEqual([
      ['tasks/a.md', 'a -> c -> a'],
      ['tasks/b.md', 'b -> c -> a -> b'],
      ['tasks/c.md', 'c -> a -> c'],
    ]);
  });

  it('ends a circle with a task that is finished', () => {
    const { issues, problems } = read({
      'tasks/a.md': waiting('b'),
      'tasks/b.md': '---\nstate: Done\nblocked_by: [a]\n---\n',
    });
    expect(problems).toEqual([]);
    expect(issues.get('a')?.dispatchable).toBe(true);
  });

  it('does not start a task whose bounds it cannot read', () => {
    const { issues } = read({ 'tasks/a.md': '---\nscope: { a: 1 }\n---\n' });
    expect(issues.get('a')?.dispatchable).toBe(false);
  });

  it('says nothing of the blockers of a task that is finished', () => {
    expect(read({ 'tasks/a.md': '---\nstate: Done\nblocked_by: [gone]\n---\n' }).problems).toEqual([]);
  });

  it('is not confused by names of the prototype', () => {
    const { issues } = read({ 'tasks/constructor.md': waiting('__proto__'), 'tasks/__proto__.md': '' });
    expect([...issues.keys()].sort()).toEqual(['__proto__', 'constructor']);
    expect(issues.get('constructor')?.dispatchable).toBe(false);
  });
});
