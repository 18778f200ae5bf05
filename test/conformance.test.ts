import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { renderPage } from './support/conformance/page.js';
import { isBinding, readRequirements } from './support/conformance/requirements.js';
import { readShown, shownIn } from './support/conformance/shown.js';
import { root } from './support/docs/markdown.js';

const requirements = readRequirements();
const { areas } = requirements;
const shown = readShown();
const known = new Map(areas.flatMap((area) => Object.entries(area.requirements)));
const ids = new Set(shown.map(({ id }) => id));

describe('the requirements of the specification', () => {
  it('each have one place and a unique id', () => {
    const all = areas.flatMap((area) => Object.keys(area.requirements));
    expect(all).toHaveLength(known.size);
    expect(all.length).toBeGreaterThan(200);
  });

  it('are each shown by a test, or say why they do not apply (DOC-02, DOC-04)', () => {
    const owed = areas
      .filter(({ later }) => later === undefined)
      .flatMap((area) => Object.entries(area.requirements))
      .filter(
        ([id, requirement]) => isBinding(requirement) && requirement.reason === undefined && !ids.has(id),
      );
    expect(owed.map(([id]) => id)).toEqual([]);
  });

  it('do not both apply and not apply', () => {
    const both = [...known].filter(([id, { reason }]) => reason !== undefined && ids.has(id));
    expect(both.map(([id]) => id)).toEqual([]);
  });

  it('are there when a test names them', () => {
    expect(shown.filter(({ id }) => !known.has(id))).toEqual([]);
  });

  it('are on the page as they are', () => {
    const file = join(root, 'docs/conformance.md');
    const page = renderPage(requirements, shown);
    if (process.env.CONFORMANCE === 'write') writeFileSync(file, page);
    if (readFileSync(file, 'utf8') !== page)
      throw new Error('docs/conformance.md is out of date: make it anew with npm run conformance');
  });
});

describe('titles of tests', () => {
  const found = (text: string) => shownIn('a.ts', text).map(({ id, title }) => [id, title]);

  it('name what they show at their end, also a group and a table of cases', () => {
    expect(found("it('works (AB-01, CD-02)', () => {});")).toEqual([
      ['AB-01', 'works'],
      ['CD-02', 'works'],
    ]);
    expect(found("describe('all (AB-01)', () => it('x', f));")).toEqual([['AB-01', 'all']]);
    expect(found("it.each([['a lot (AB-01)'], ['b']])('%s works', f);")).toEqual([['AB-01', 'a lot works']]);
  });

  it('name nothing elsewhere', () => {
    expect(found("it('SHOP-01 works', () => expect('x (AB-01)').toBe(1)); f('x (AB-01)');")).toEqual([]);
  });
});
