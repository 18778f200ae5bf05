import { basename } from 'node:path';
import picomatch from 'picomatch';
import type { Config } from '../../config/config.js';
import { FileProvider } from '../../config/tracker-profiles.js';
import { packageFields } from './package-fields.js';

/** What decides how work is checked, relative to the top of the repository. */
const defaults = [
  '**/WORKFLOW.md',
  // Continuous integration.
  '.github/**',
  '.gitlab-ci.yml',
  '.gitlab/**',
  '.circleci/**',
  '.buildkite/**',
  '.ci/**',
  'azure-pipelines.yml',
  'Jenkinsfile',
  // Hooks of git and of agents.
  '.husky/**',
  '.githooks/**',
  '.pre-commit-config.yaml',
  'lefthook.{yml,yaml}',
  '**/.claude/**',
  '**/.codex/**',
  // Test configuration, and what decides how `npm test` runs.
  '**/{jest,vitest,playwright,cypress,karma}.{config,conf}.*',
  '**/vitest.workspace.*',
  '**/.mocharc*',
  '**/{pytest,tox}.ini',
  '**/.npmrc',
  '**/.yarnrc{,.yml}',
];

/**
 * The globs of the files that verification takes from the base unless a person accepted their
 * change: the defaults, the workflow file, lessons, the file tracker's folder, and
 * `verify.protected_paths`. The last entries, `<file>#<field>`, stand for single fields.
 */
export function protectedPaths(config: Config): string[] {
  return [...fileGlobs(config), ...packageFields.map((field) => `**/package.json#${field}`)];
}

/**
 * Whether a whole file is protected. Case does not count, because it does not on some hosts. Fields
 * of `package.json` are a matter of `changedPackageFields` and `restorePackageFields`.
 */
export function protectedMatcher(config: Config): (path: string) => boolean {
  return picomatch(fileGlobs(config), { dot: true, nocase: true });
}

function fileGlobs(config: Config): string[] {
  const own = [
    `**/${escapeGlob(basename(config.file))}`,
    ...folder(config.lessons.path),
    ...trackerFolder(config),
  ];
  const configured = (config.verify?.protected_paths ?? []).flatMap((glob) => {
    const relative = trimPath(glob);
    // A folder's name stands for everything in it, as in .gitignore.
    return [relative, `${relative}/**`];
  });
  return [...new Set([...defaults, ...own, ...configured])];
}

function trackerFolder({ tracker }: Config): string[] {
  return tracker.kind === 'file' ? folder(FileProvider.parse(tracker.provider).path) : [];
}

/** Nothing for the top of the repository itself: then everything would be protected. */
function folder(path: string): string[] {
  const relative = trimPath(path);
  return relative === '' || relative === '.' ? [] : [`${escapeGlob(relative)}/**`];
}

function trimPath(path: string): string {
  return path.replace(/^(\.?\/)+/, '').replace(/\/+$/, '');
}

function escapeGlob(path: string): string {
  return path.replace(/[\\*?[\]{}()!@+|]/g, '\\$&');
}
