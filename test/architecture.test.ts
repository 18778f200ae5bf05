import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, posix, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';

const root = fileURLToPath(new URL('..', import.meta.url));
const sources = join(root, 'src');

interface Import {
  /** The importing file, relative to `src/`. */
  from: string;
  /** The imported file relative to `src/`, or the package's name. */
  to: string;
  kind: 'file' | 'node' | 'package';
}

interface Rule {
  /** Where the rule holds: a folder of `src/`, or one file. */
  folder: string;
  /** Folders and files of `src/` that may be imported, beside the folder itself. */
  folders: string[];
  /** Packages that may be imported; `node` stands for Node's own modules. */
  packages: string[] | 'any';
  why: string;
  mend: string;
}

const rules: Rule[] = [
  {
    folder: 'domain',
    folders: [],
    packages: [],
    why: 'the domain runs inside workflows, where only pure code replays the same',
    mend: 'pass the value in, or move the function to the folder that needs the import',
  },
  {
    folder: 'config',
    folders: ['domain'],
    packages: [
      'node',
      'zod',
      'yaml',
      'liquidjs',
      '@temporalio/client',
      '@temporalio/common',
      '@temporalio/envconfig',
    ],
    why: 'the CLI reads the configuration and must start fast, without a worker',
    mend: 'move what needs the import to activities/ or worker/',
  },
  {
    folder: 'workflows',
    folders: ['domain'],
    packages: ['@temporalio/workflow', '@temporalio/common'],
    why: 'workflow code is deterministic: no Node, no clock, no parser',
    mend: 'declare what is needed in workflows/ports.ts and implement it in activities/',
  },
  {
    folder: 'activities',
    folders: [
      'domain',
      'config',
      'workflows/ports.ts',
      'workflows/change-port.ts',
      'workflows/review-port.ts',
    ],
    packages: 'any',
    why: 'activities implement ports and know nothing of who calls them or what runs them',
    mend: 'take the dependency as a parameter of the factory; worker/compose.ts passes it in',
  },
  {
    folder: 'client',
    folders: [
      'domain',
      'config',
      'workflows',
      'worker/main.ts',
      'worker/doctor.ts',
      'worker/github-setup.ts',
    ],
    packages: 'any',
    why: 'the CLI talks to Temporal, never to repositories or agents; up, worker, doctor and init have one door each into worker/',
    mend: 'let the workflow ask an activity, or read what the run directory holds',
  },
  {
    folder: 'worker',
    folders: ['domain', 'config', 'workflows', 'activities'],
    packages: 'any',
    why: 'the worker composes everything, and nothing depends on the commands that start it',
    mend: 'move what both need to config/ or domain/',
  },
];

/**
 * The only places that may start programs. The last one is no place of the host: it opens the shell of
 * the person at the terminal, who keeps it themselves.
 */
const spawners = ['activities/keeper', 'activities/git', 'worker/engine', 'client/own-programs.ts'];

/** Folders with one folder for each provider; providers never know each other. */
const adapters = ['activities/tracker', 'activities/agent', 'activities/forge'];

/** Folders among them that are the ground of several. */
const commonGround = ['activities/agent/session'];

function sourceFiles(): string[] {
  return readdirSync(sources, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.replaceAll('\\', '/'));
}

function importsOf(from: string): Import[] {
  const { importedFiles } = ts.preProcessFile(readFileSync(join(sources, from), 'utf8'), true, true);
  return importedFiles.map(({ fileName }) => {
    if (fileName.startsWith('.')) {
      const to = posix.join(dirname(from), fileName).replace(/\.js$/, '.ts');
      return { from, to, kind: 'file' };
    }
    const bare = fileName.replace(/^node:/, '');
    if (builtinModules.includes(bare)) return { from, to: bare, kind: 'node' };
    const name = fileName
      .split('/')
      .slice(0, fileName.startsWith('@') ? 2 : 1)
      .join('/');
    return { from, to: name, kind: 'package' };
  });
}

const isIn = (file: string, place: string) => file === place || file.startsWith(`${place}/`);

function breaks(rule: Rule, { to, kind }: Import): boolean {
  if (kind === 'file') return ![rule.folder, ...rule.folders].some((place) => isIn(to, place));
  if (rule.packages === 'any') return false;
  return !rule.packages.includes(kind === 'node' ? 'node' : to);
}

describe('the structure', () => {
  const imports = sourceFiles().flatMap(importsOf);

  it.each(rules)('lets $folder import only what it may', (rule) => {
    const broken = imports
      .filter(({ from }) => isIn(from, rule.folder))
      .filter((found) => breaks(rule, found))
      .map(
        ({ from, to }) =>
          `src/${from} imports ${to}. Not allowed, because ${rule.why}. To mend it: ${rule.mend}.`,
      );
    expect(broken).toEqual([]);
  });

  it('covers every folder of src with a rule', () => {
    const folders = new Set(sourceFiles().map((file) => file.split('/')[0]));
    folders.delete('continuo.ts');
    expect([...folders].sort()).toEqual(rules.map((rule) => rule.folder).sort());
  });

  it('starts programs only where programs are kept', () => {
    const broken = imports
      .filter(({ to, kind }) => kind === 'node' && to === 'child_process')
      .filter(({ from }) => !spawners.some((place) => isIn(from, place)))
      .map(
        ({ from }) =>
          `src/${from} starts programs. Not allowed, because a program that nobody keeps outlives its worker. ` +
          `To mend it: call runProgram (activities/keeper) or runGit (activities/git).`,
      );
    expect(broken).toEqual([]);
  });

  it('lets only the registry know the adapters, and no adapter another one', () => {
    const broken = imports.flatMap(({ from, to, kind }) => {
      const folder = adapters.find((place) => kind === 'file' && isIn(to, place));
      if (folder === undefined) return [];
      const adapter = relative(folder, to).split('/');
      if (commonGround.some((place) => isIn(to, place))) return [];
      // A file of the folder itself is the adapters' common ground.
      if (adapter.length === 1 || from === `${folder}/registry.ts`) return [];
      const own = `${folder}/${adapter[0] ?? ''}`;
      if (isIn(from, own)) return [];
      return [
        `src/${from} imports the adapter ${own}. Not allowed, because adapters must stay exchangeable. ` +
          `To mend it: add what is needed to the interface in ${folder}, or let ${folder}/registry.ts choose.`,
      ];
    });
    expect(broken).toEqual([]);
  });

  it('bundles workflows from one entry alone', () => {
    const broken = imports
      .filter(({ from, to }) => to === 'workflows/index.ts' && !isIn(from, 'worker'))
      .map(
        ({ from }) =>
          `src/${from} imports workflows/index.ts. To mend it: import the file that has what you need.`,
      );
    expect(broken).toEqual([]);
  });

  it('keeps files small enough to read in one go', () => {
    const long = sourceFiles()
      .map((file) => ({ file, lines: readFileSync(join(sources, file), 'utf8').split('\n').length }))
      .filter(({ lines }) => lines > 320)
      .map(
        ({ file, lines }) => `src/${file} has ${lines} lines. To mend it: split it by what changes together.`,
      );
    expect(long).toEqual([]);
  });
});
