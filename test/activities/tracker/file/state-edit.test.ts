import { describe, expect, it } from '@jest/globals';
import { setState } from '../../../../src/activities/tracker/file/state-edit.js';

describe('setting the state of a task file', () => {
  it.each([
    ['---\ntitle: x\nstate: Todo\n---\nbody\n', '---\ntitle: x\nstate: Done\n---\nbody\n'],
    ['---\nstate: "In Progress" # now\ntitle: x\n---\n', '---\nstate: Done # now\ntitle: x\n---\n'],
    [
      '---\n# first\n\nstate:   Todo   \n---\n\n\nbody  \n\n',
      '---\n# first\n\nstate:   Done   \n---\n\n\nbody  \n\n',
    ],
    ['---\ntitle: x\n---\nstate: Todo\n', '---\ntitle: x\nstate: Done\n---\nstate: Todo\n'],
    [
      '---\r\ntitle: x\r\nstate: Todo\r\n---\r\nbody\r\n',
      '---\r\ntitle: x\r\nstate: Done\r\n---\r\nbody\r\n',
    ],
    ['---\r\ntitle: x\r\n---\r\nbody', '---\r\ntitle: x\r\nstate: Done\r\n---\r\nbody'],
    ['---\nstate:\ntitle: x\n---\n', '---\nstate: Done\ntitle: x\n---\n'],
    ['---\nstate: \ntitle: x\n---\n', '---\nstate: Done\ntitle: x\n---\n'],
    ['---\nmeta:\n  state: Todo\nstate: Todo\n---\n', '---\nmeta:\n  state: Todo\nstate: Done\n---\n'],
    ['---\n{title: x, state: Todo}\n---\n', '---\n{title: x, state: Done}\n---\n'],
    ['---\n---\nbody', '---\nstate: Done\n---\nbody'],
    ['---\n# nothing\n---\nbody', '---\n# nothing\nstate: Done\n---\nbody'],
    ['---\ntitle: x\nstate: Todo\n---', '---\ntitle: x\nstate: Done\n---'],
    ['# A task\n', '---\nstate: Done\n---\n# A task\n'],
    ['a\r\nb', '---\r\nstate: Done\r\n---\r\na\r\nb'],
    ['\uFEFFtext', '\uFEFF---\nstate: Done\n---\ntext'],
    ['\uFEFF---\nstate: Todo\n---\ntext', '\uFEFF---\nstate: Done\n---\ntext'],
    ['', '---\nstate: Done\n---\n'],
    ['---\nstate: Done\n---\nsame', '---\nstate: Done\n---\nsame'],
    ['---\nstate: !!str Todo\n---\n', '---\nstate: !!str Done\n---\n'],
  ])('of %j', (before, after) => {
    expect(setState(before, 'Done')).toBe(after);
  });

  it.each([
    ['---\nstate: |\n  Todo\ntitle: x\n---\nbody', { state: 'Done', title: 'x' }],
    ['---\nstate: &s Todo\nother: *s\n---\nbody', { state: 'Done', other: 'Todo' }],
    ['---\n{title: x}\n---\nbody', { state: 'Done', title: 'x' }],
    ['---\nstate: [a, b]\ntitle: x\n---\nbody', { state: 'Done', title: 'x' }],
    ['---\n  title: x\n---\nbody', { state: 'Done', title: 'x' }],
  ])('of %j keeps the values, in another form', async (before, values) => {
    const { readYamlMap, splitFrontMatter } = await import('../../../../src/config/front-matter.js');
    const after = setState(before, 'Done')!;
    const split = splitFrontMatter(after);
    if (split.kind !== 'found') throw new Error(after);
    expect(readYamlMap(split.yaml)).toEqual({ kind: 'map', value: values });
    expect(after.slice(split.bodyStart)).toBe('body');
  });

  it.each(["Won't do: later", 'null', 'true', '{a}', '#1', 'Ja, gut'])('to %s writes a text', (state) => {
    expect(setState('---\n{title: x, state: Todo}\n---\n', state)).toContain(
      `state: ${JSON.stringify(state)}}`,
    );
  });

  it.each(['---\nstate: Todo\n', '---\n- a\n---\n', '---\na: [\n---\n'])('of %j is not possible', (text) => {
    expect(setState(text, 'Done')).toBeNull();
  });
});
