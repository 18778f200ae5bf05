import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readReport } from '../../../src/activities/verify/junit.js';

let folder: string;
let report: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'junit-test-'));
  report = join(folder, 'report.xml');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function read(text: string) {
  writeFileSync(report, text);
  return readReport(report);
}

const counted = (total: number, failed: number, skipped: number) => ({
  kind: 'counted',
  tests: { total, failed, skipped },
});

describe('readReport', () => {
  it('counts test cases of all suites, nested ones too, whatever the attributes say', async () => {
    const text = `<?xml version="1.0"?>
      <testsuites tests="99"><testsuite name="a" tests="0">
        <testcase name="1"/><testcase name="2"><failure message="no">expected</failure></testcase>
        <testsuite name="b"><testcase name="3"><skipped/></testcase><testcase name="4"><error/></testcase></testsuite>
      </testsuite><testsuite name="c"><testcase name="5"><system-out>x</system-out></testcase></testsuite></testsuites>`;
    expect(await read(text)).toEqual(counted(5, 2, 1));
  });

  it('takes a single suite for the whole report', async () => {
    expect(await read('<testsuite><testcase/></testsuite>')).toEqual(counted(1, 0, 0));
  });

  it.each(['<testsuites/>', '<testsuites tests="3"><testsuite tests="3"/></testsuites>', '<html/>'])(
    'counts no test in %s',
    async (text) => {
      expect(await read(text)).toEqual(counted(0, 0, 0));
    },
  );

  it.each(['', 'ok', '<testsuite><testcase></testsuite>', '{"tests": 1}'])('cannot use %j', async (text) => {
    expect(await read(text)).toMatchObject({ kind: 'unusable' });
  });

  it('expands no entities', async () => {
    const entities = Array.from({ length: 30 }, (_, n) => `<!ENTITY e${n + 1} "&e${n};&e${n};">`).join('');
    const text = `<!DOCTYPE x [<!ENTITY e0 "boom">${entities}]><testsuite><testcase name="&e30;">&e30;</testcase></testsuite>`;
    const result = await read(text);
    expect([counted(1, 0, 0), { kind: 'unusable', reason: expect.any(String) }]).toContainEqual(result);
  });

  it('reads no more than 10 MB, no folder, no link and no file that is missing', async () => {
    expect(await readReport(report)).toMatchObject({ reason: 'the check did not write it' });
    mkdirSync(join(folder, 'dir'));
    expect(await readReport(join(folder, 'dir'))).toMatchObject({ reason: 'it is no file' });
    writeFileSync(report, '<testsuite><testcase/></testsuite>');
    symlinkSync(report, join(folder, 'link'));
    expect(await readReport(join(folder, 'link'))).toMatchObject({ kind: 'unusable' });
    truncateSync(report, 10 * 1024 * 1024 + 1);
    expect(await readReport(report)).toMatchObject({ reason: expect.stringContaining('larger') });
  });
});
