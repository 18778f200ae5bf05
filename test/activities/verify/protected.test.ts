import { describe, expect, it } from '@jest/globals';
import { protectedMatcher, protectedPaths } from '../../../src/activities/verify/protected.js';
import { parseConfig } from '../../../src/config/parse.js';

const config = parseConfig(
  '/project/FLOW.md',
  `---
tracker: { kind: file, provider: { path: ./work/tasks/ } }
repository: { url: . }
land: { mode: merge }
agent: { kind: command }
command: { run: agent }
verify: { checks: [{ name: test, run: npm test }], protected_paths: [deploy/, "/Makefile", "*.lock"] }
---
`,
  {},
);
const isProtected = protectedMatcher(config);

describe('protectedMatcher', () => {
  it.each([
    'FLOW.md',
    'packages/a/WORKFLOW.md',
    '.github/workflows/ci.yml',
    '.GitHub/workflows/ci.yml',
    '.gitlab-ci.yml',
    '.husky/pre-commit',
    '.husky',
    '.claude/settings.json',
    'jest.config.js',
    'packages/a/vitest.config.ts',
    '.mocharc.yml',
    'pytest.ini',
    '.npmrc',
    '.yarnrc.yml',
    'docs/lessons/one.md',
    'work/tasks/SHOP-1.md',
    'deploy/prod/run.sh',
    'Makefile',
    'yarn.lock',
  ])('protects %s', (path) => {
    expect(isProtected(path)).toBe(true);
  });

  it.each([
    'README.md',
    'AGENTS.md',
    'package.json',
    'src/sum.ts',
    'test/sum.test.ts',
    'src/deploy/x.ts',
    'docs/lessons.md',
    'work/tasks.ts',
    'sub/yarn.lock',
  ])('leaves %s alone', (path) => {
    expect(isProtected(path)).toBe(false);
  });

  it('protects no more than the defaults when lessons or tasks lie at the top of the repository', () => {
    expect(protectedMatcher({ ...config, lessons: { path: './' } })('src/sum.ts')).toBe(false);
  });
});

describe('protectedPaths', () => {
  it('lists the globs, and the fields of package.json', () => {
    expect(protectedPaths(config)).toEqual(
      expect.arrayContaining([
        '.github/**',
        'work/tasks/**',
        '**/FLOW.md',
        'deploy',
        '**/package.json#scripts',
      ]),
    );
  });
});
