import { basename } from 'node:path';
import picomatch from 'picomatch';
import type { Config } from '../../config/config.js';
import type { Risk } from '../../domain/finding.js';
import { changedPackageFields, isPackageFile } from '../verify/package-fields.js';
import { protectedMatcher } from '../verify/protected.js';
import type { FileChange } from './changes.js';
import { isManifest, newDependencies } from './dependencies.js';
import { readBlobs } from './objects.js';
import { listNames } from './list-names.js';

/** A change with more lines than this is large. */
const largeDiffLines = 500;

const isTest = picomatch(
  [
    '**/{test,tests,__tests__,spec,specs,e2e}/**',
    '**/*.{test,spec}.*',
    '**/*_{test,spec}.*',
    '**/test_*.py',
    '**/*{Test,Tests,Spec}.{java,kt,scala,groovy,cs,swift,php}',
  ],
  { dot: true },
);

interface Assessment {
  gitDir: string;
  config: Config;
  changes: readonly FileChange[];
  /** Globs that bound what may change; none means no bound. */
  scope: readonly string[];
}

/** What a person should know before the change lands, by what the change itself shows. */
export async function assessRisks(assessment: Assessment): Promise<Risk[]> {
  const { config, changes, scope } = assessment;
  const isProtected = protectedMatcher(config);
  const manifests = await readManifests(assessment);
  const inScope = scope.length === 0 ? () => true : picomatch(scopeGlobs(scope), { dot: true });
  const lines = changes.reduce((sum, { addedLines, deletedLines }) => sum + addedLines + deletedLines, 0);

  return [
    ...risk('protected_path', [
      ...pathsOf(changes.filter(({ path }) => isProtected(path))),
      ...protectedFields(manifests.filter(({ path }) => !isProtected(path))),
    ]),
    ...risk('deleted_test', pathsOf(deletedTests(changes))),
    ...risk('new_dependency', addedDependencies(manifests)),
    ...risk('outside_scope', pathsOf(changes.filter(({ path }) => !inScope(path)))),
    ...risk(
      'large_diff',
      lines > largeDiffLines ? [`${lines} changed lines in ${changes.length} files`] : [],
    ),
  ];
}

function risk(kind: Risk['kind'], names: string[]): Risk[] {
  return names.length === 0 ? [] : [{ kind, detail: listNames(names) }];
}

function pathsOf(changes: readonly FileChange[]): string[] {
  return changes.map(({ path }) => path);
}

/** A test that only moved is not deleted. */
function deletedTests(changes: readonly FileChange[]): FileChange[] {
  const added = changes.filter(({ status }) => status === 'added');
  const moved = ({ path, before }: FileChange) =>
    added.some((other) => other.after === before || basename(other.path) === basename(path));
  return changes.filter((change) => change.status === 'deleted' && isTest(change.path) && !moved(change));
}

interface Manifest {
  path: string;
  before: string | null;
  after: string | null;
}

async function readManifests({ gitDir, changes }: Assessment): Promise<Manifest[]> {
  const files = changes.filter(({ path }) => isManifest(path) || isPackageFile(path));
  const oids = files.flatMap(({ before, after }) => [before, after]).filter((oid) => oid !== null);
  const blobs = await readBlobs(gitDir, oids);
  const textOf = (oid: string | null) => blobs.get(oid ?? '')?.toString('utf8') ?? null;
  return files.map(({ path, before, after }) => ({ path, before: textOf(before), after: textOf(after) }));
}

/** A new manifest weakens nothing that was there. */
function protectedFields(manifests: readonly Manifest[]): string[] {
  return manifests.flatMap(({ path, before, after }) =>
    !isPackageFile(path) || before === null
      ? []
      : changedPackageFields(before, after).map((field) => `${path}#${field}`),
  );
}

function addedDependencies(manifests: readonly Manifest[]): string[] {
  return manifests.flatMap(({ path, before, after }) =>
    after === null ? [] : newDependencies(path, before, after).map((name) => `${name} in ${path}`),
  );
}

/** A folder's name stands for everything in it. */
function scopeGlobs(scope: readonly string[]): string[] {
  return scope.flatMap((glob) => {
    const trimmed = glob.replace(/^(\.?\/)+|\/+$/g, '');
    return trimmed === '' || trimmed === '.' ? ['**'] : [trimmed, `${trimmed}/**`];
  });
}
