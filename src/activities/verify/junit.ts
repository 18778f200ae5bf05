import { XMLParser } from 'fast-xml-parser';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { z } from 'zod';
import type { TestCounts } from '../../domain/evidence.js';

export type Report = { kind: 'counted'; tests: TestCounts } | { kind: 'unusable'; reason: string };

const limitBytes = 10 * 1024 * 1024;

// Entities are left as they are: a report could define ones that grow without end.
const parser = new XMLParser({
  processEntities: false,
  isArray: (name) => name === 'testsuite' || name === 'testcase',
});

const Node = z.record(z.string(), z.unknown());
const Children = z.array(z.unknown()).catch([]);

/**
 * Counts the tests of a JUnit report: its test cases themselves, because totals in attributes are
 * often wrong. A link is not followed.
 */
export async function readReport(path: string): Promise<Report> {
  const read = await readLimited(path);
  if (typeof read !== 'string') return read;

  const tests = { total: 0, failed: 0, skipped: 0 };
  try {
    // The parser alone takes a report that was cut off; its successor as validator is a package more.
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    count(parser.parse(read, true), tests);
  } catch (error) {
    return unusable(
      `it is no XML that can be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  return { kind: 'counted', tests };
}

function count(value: unknown, tests: TestCounts): void {
  const node = Node.safeParse(value).data ?? {};
  for (const test of Children.parse(node.testcase)) {
    // A test case without content is parsed as an empty text.
    const outcome = Node.safeParse(test).data ?? {};
    tests.total += 1;
    if ('failure' in outcome || 'error' in outcome) tests.failed += 1;
    else if ('skipped' in outcome) tests.skipped += 1;
  }
  for (const suite of [node.testsuites, ...Children.parse(node.testsuite)]) {
    if (suite !== undefined) count(suite, tests);
  }
}

async function readLimited(path: string): Promise<string | Report> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
    () => null,
  );
  if (file === null) return unusable('the check did not write it');
  try {
    const found = await file.stat();
    if (!found.isFile()) return unusable('it is no file');
    if (found.size > limitBytes) return unusable(`it is larger than ${limitBytes} bytes`);
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

function unusable(reason: string): Report {
  return { kind: 'unusable', reason };
}
