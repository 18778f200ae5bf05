import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse as parseYaml } from 'yaml';
import { parseConfig } from '../src/config/parse.js';
import { FrontMatter } from '../src/config/schema.js';
import { statusOf } from '../src/domain/status.js';
import { newTask } from '../src/domain/task.js';
import * as messages from '../src/workflows/messages.js';
import { searchAttributeKeys } from '../src/workflows/search-attributes.js';
import {
  anchorsOf,
  blocksOf,
  documents,
  linksOf,
  proseOf,
  readDocument,
  root,
  rowsOf,
} from './support/docs/markdown.js';
import type { CommandLine, Part } from './support/docs/shell.js';
import { commandLines, parse } from './support/docs/shell.js';
import type { Usage } from './support/docs/usage.js';
import { readCommands, readUsage, takeArguments } from './support/docs/usage.js';
import type { Run } from './support/docs/world.js';
import { testIssue } from './support/fake-ports.js';
import { isWorkflowFile, World } from './support/docs/world.js';

const docs = documents();
const lines = docs.flatMap((document) =>
  blocksOf(document)
    .filter(({ language }) => language === 'sh')
    .flatMap((block) => commandLines(document.path, block)),
);

/** Commands that cannot run here: why, and what has to exist all the same. */
const notRun: { command: RegExp; reason: string; needs: (words: string[]) => string }[] = [
  {
    command: /^npm ci$/,
    reason: 'it would replace the packages that this test runs from',
    needs: () => 'package-lock.json',
  },
  {
    command: /^npm link$/,
    reason: "it would change the machine's own npm",
    needs: () => 'package.json',
  },
  {
    command: /^npm (test|run \S+)( -- .*)?$/,
    reason:
      'it would run this test again, or take as long as everything else together; it has tests of its own',
    needs: ([, verb = '', name]) => `script ${name ?? verb}`,
  },
  {
    command: /^docker compose /,
    reason: 'it needs a Docker engine',
    needs: () => 'docker-compose.yml',
  },
];

/** Documented commands that are refused in this version, and how. */
const refused: { command: RegExp; exitCode: number; output: RegExp }[] = [
  // Agents of the kind `command` cannot ask.
  { command: /^continuo answer /, exitCode: 4, output: /no open question/ },
  // The workflow file of the shop does not limit what all tasks spend.
  { command: /^continuo budget --(day|project) /, exitCode: 4, output: /nothing limits its/ },
  // Nor does it have schedules.
  { command: /^continuo schedules (run|pause|resume) /, exitCode: 3, output: /has no schedule/ },
  // No host of the examples is called so.
  { command: /^continuo drain /, exitCode: 4, output: /there is no host/ },
];

const isContinuo = ({ words }: Part) => words[0] === 'continuo';
const spoken = (line: { parts: Part[] }) => line.parts.map(({ words }) => words.join(' '));

function reasonNotToRun(line: CommandLine): (typeof notRun)[number] | undefined {
  return notRun.find(({ command }) => spoken(line).some((text) => command.test(text)));
}

const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

function isThere(needed: string): boolean {
  const script = /^script (.*)$/.exec(needed)?.[1];
  return script === undefined ? existsSync(join(root, needed)) : script in scripts;
}

describe('the links', () => {
  it.each(docs)('of $path lead somewhere', (document) => {
    const broken = linksOf(document).filter((link) => {
      if (/^[a-z]+:/.test(link)) return false;
      const [file = '', anchor] = link.split('#');
      const path = file === '' ? document.path : normalize(join(dirname(document.path), file));
      if (!existsSync(join(root, path))) return true;
      return anchor !== undefined && !anchorsOf(readDocument(path)).includes(anchor);
    });
    expect(broken).toEqual([]);
  });
});

it('names a test for each point at which something of a turn is killed', () => {
  const contract = readFileSync(join(root, 'test/agents/kill-contract.ts'), 'utf8');
  const titles = [...contract.matchAll(/\bit\('([^':]+)/g)].map(([, title]) => `\`${title ?? ''}\``);
  const named = rowsOf(readDocument('docs/agents.md')).map(([first]) => first);
  expect(named).toEqual(expect.arrayContaining(titles));
  expect(titles.length).toBeGreaterThan(0);
});

describe('the workflow file reference', () => {
  const reference = readDocument('docs/workflow-file.md');
  const rows = new Map(rowsOf(reference).map(([key = '', , value = '']) => [key.replaceAll('`', ''), value]));
  const required = {
    command: { run: 'x' },
    repository: { url: '.' },
    verify: { checks: [{ name: 'x', run: 'x' }] },
    review: { agents: [{ name: 'x', prompt: 'x' }] },
    land: {},
    schedules: [{ name: 'x', cron: '@daily', prompt: 'x' }],
  };

  it('has every key of the schema, and no other (WF-10)', () => {
    const documented = [...rows.keys()].filter((key) => /^[a-z_]+[.[]/.test(key));
    const variables = documented.filter((key) => key.startsWith('issue.'));
    expect(documented.filter((key) => !variables.includes(key)).sort()).toEqual(keysOf(FrontMatter).sort());
  });

  it('has the defaults of the schema (WF-10)', () => {
    const defaults = leavesOf(FrontMatter.parse(required));
    // What the person who writes the file gives, and what another key decides.
    const others = /^(schedules|review\.agents|agent\.approvals)|\.(run|url|name)$|^tracker\.kind$/;
    for (const [key, value] of defaults) {
      // A section of which every key may be left out.
      if (!key.includes('.')) continue;
      if (others.test(key)) continue;
      expect({ key, default: readDefault(rows.get(key) ?? '') }).toEqual({ key, default: value });
    }
  });

  it('shows a file that can be loaded', () => {
    const [example] = blocksOf(reference).filter(({ language }) => language === 'yaml');
    expect(parseConfig('/shop/WORKFLOW.md', `---\n${example?.text}---\n`, {}).project).toBe('shop');
  });

  it('quotes messages that the loader really gives', () => {
    const blocks = blocksOf(reference);
    const examples = blocks.flatMap((block, index) =>
      block.before === '<!-- loader example -->' ? [{ yaml: block.text, said: blocks[index + 1]?.text }] : [],
    );
    expect(examples.length).toBeGreaterThan(3);
    for (const { yaml, said } of examples) {
      expect(`${messageOf(() => parseConfig('/shop/WORKFLOW.md', `---\n${yaml}---\n`, {}))}\n`).toBe(said);
    }
  });
});

describe('the other references', () => {
  it('name every message', () => {
    const page = readDocument('docs/state-machine.md').text;
    const names = new Set(Object.values(messages).map(({ name }) => name));
    expect([...names].filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });

  it('name every field of the status', () => {
    const page = rowsOf(readDocument('docs/cli.md')).map(([cell = '']) => cell);
    const fields = Object.keys(statusOf(newTask('shop', testIssue())));
    expect(fields.filter((field) => !page.includes(`\`${field}\``))).toEqual([]);
  });

  it('name every search attribute', () => {
    const page = readDocument('docs/operations.md').text;
    expect(searchAttributeKeys.filter(({ name }) => !page.includes(`\`${name}\``))).toEqual([]);
  });

  it('name every metric', () => {
    const page = readDocument('docs/observability.md').text;
    const files = [
      'worker/metrics.ts',
      'workflows/task-telemetry.ts',
      'activities/tracker/activities.ts',
      'activities/github/meter.ts',
    ];
    const named = files.flatMap(
      (file) => readFileSync(join(root, 'src', file), 'utf8').match(/'continuo_[a-z_]+'/g) ?? [],
    );
    expect(new Set(named).size).toBeGreaterThan(8);
    expect(named.filter((name) => !page.includes(name.replaceAll("'", '`')))).toEqual([]);
  });

  it('name every environment variable of Continuo', () => {
    const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.ts'),
    );
    const used = files.flatMap(
      (file) => readFileSync(join(root, 'src', file), 'utf8').match(/\bCONTINUO_[A-Z]+\b/g) ?? [],
    );
    // A mark on processes, for the worker alone.
    const own = new Set(used.filter((name) => name !== 'CONTINUO_PROGRAM'));
    const pages = docs.map(({ text }) => text).join('\n');
    expect(own.size).toBeGreaterThan(5);
    expect([...own].filter((name) => !pages.includes(`\`${name}\``))).toEqual([]);
  });
});

describe('the commands', () => {
  let world: World;
  let commands: string[];
  const usages = new Map<string, Usage>();

  beforeAll(async () => {
    world = await World.open();
    const help = async (...words: string[]) =>
      (await world.run([{ assignments: [], words: ['continuo', ...words, '--help'], operator: '' }])).output;
    commands = readCommands(await help());
    for (const name of commands)
      usages.set(name, readUsage(name === 'help' ? await help() : await help(name)));
  });
  // Also when the opening has failed.
  afterAll(() => (world as World | undefined)?.close(), 60_000);

  function problemOf({ words }: Part, complete: boolean): string | null {
    const [name = '', ...args] = words.slice(1);
    if (name === '' || ['--help', '--version', '-h', '-V'].includes(name)) return null;
    const usage = usages.get(name);
    if (usage === undefined) return `there is no command ${name}`;
    const { plain, problem } = takeArguments(usage, args);
    if (problem !== null || !complete) return problem;
    if (plain.length < usage.least) return 'an argument is missing';
    return plain.length > usage.most ? `there is an argument too many: ${plain.at(-1) ?? ''}` : null;
  }

  it('has commands to check', () => {
    expect(commands).toContain('approve');
    expect(lines.length).toBeGreaterThan(20);
  });

  it.each(docs)('of $path exist, with the options that are named', (document) => {
    const inBlocks = lines.filter(({ path }) => path === document.path);
    const broken = inBlocks.flatMap(({ line, text, parts }) =>
      parts
        .filter(isContinuo)
        .map((part) => problemOf(part, true))
        .flatMap((problem) => (problem === null ? [] : [`${document.path}:${line} ${text}: ${problem}`])),
    );
    const inProse = [...proseOf(document).matchAll(/`(continuo [a-z][^`…]*)`/g)].flatMap(([, text = '']) =>
      parse(text.replaceAll('\\|', '|'))
        .filter(isContinuo)
        .map((part) => problemOf(part, false))
        .flatMap((problem) => (problem === null ? [] : [`${document.path}: ${text}: ${problem}`])),
    );
    expect([...broken, ...inProse]).toEqual([]);
  });

  it('describes every command in docs/cli.md', () => {
    const page = readDocument('docs/cli.md').text;
    expect(commands.filter((name) => name !== 'help' && !page.includes(`continuo ${name}`))).toEqual([]);
  });

  it.each(notRun)('still documents what is not run: $command', ({ command }) => {
    expect(lines.flatMap(spoken).some((text) => command.test(text))).toBe(true);
  });

  const notRunLines = lines.filter((line) => reasonNotToRun(line) !== undefined);
  it.each(notRunLines)('has what is needed for $path:$line $text', (line) => {
    for (const { words } of line.parts) {
      const rule = notRun.find(({ command }) => command.test(words.join(' ')));
      const needed = rule?.needs(words) ?? 'a rule in this test';
      expect({ needed, isThere: isThere(needed) }).toEqual({ needed, isThere: true });
    }
  });

  const runLines = lines.filter((line) => reasonNotToRun(line) === undefined);
  const distinct = runLines.filter(
    ({ text }, index) => runLines.findIndex((other) => other.text === text) === index,
  );
  it.each(distinct)(
    'runs $path:$line $text',
    async (line) => {
      const { exitCode, output } = await runLine(line);
      const refusal = refused.find(({ command }) => command.test(line.text)) ?? { exitCode: 0, output: /^/ };
      expect({ exitCode, output }).toEqual({ exitCode: refusal.exitCode, output });
      expect(output).toMatch(refusal.output);
    },
    120_000,
  );

  /** Runs a line with real tasks, files and addresses in place of those that the document names. */
  async function runLine(line: CommandLine): Promise<Run> {
    const [first] = line.parts;
    const command =
      line.parts.length === 1 && first !== undefined && isContinuo(first) ? first.words[1] : null;
    if (first !== undefined && command === 'init') return world.init(first);
    if (first !== undefined && command === 'worker') return world.runWorker(first);
    if (first !== undefined && command === 'up' && first.words.filter(isWorkflowFile).length > 1)
      return world.runSeveral(first);
    if (first !== undefined && command === 'up' && first.words.includes('--detach')) {
      return world.runDetached(first);
    }
    if (first !== undefined && command === 'up') {
      await world.startUp(withWorkflowFile(first));
      return { exitCode: 0, output: '' };
    }
    if (command === 'down') {
      await world.ensureUp();
      const run = await world.run(line.parts);
      expect(world.isUp()).toBe(false);
      return run;
    }
    // Setting up comes before there is anything to run.
    if (!line.parts.every(({ words }) => words[0] === 'git')) await world.ensureUp();

    const parts: Part[] = [];
    for (const part of line.parts) parts.push(await prepare(part));
    const waits = line.parts.some(({ words }) => words.includes('--wait') || words.includes('-w'));
    try {
      return await (waits ? world.runApproving(parts) : world.run(parts));
    } finally {
      if (spoken(line).some((text) => text.startsWith('continuo pause --all'))) {
        await world.run(parse('continuo resume --all'));
      }
      if (line.parts.length > 1) await world.tidy();
    }
  }

  /** One command of a line, with what it needs in place. */
  async function prepare(part: Part): Promise<Part> {
    switch (part.words[0]) {
      case 'continuo':
        return { ...part, words: ['continuo', ...(await prepareArguments(part.words.slice(1)))] };
      case 'git':
        return prepareGit(part);
      case 'temporal':
        return prepareTemporal(part);
      default:
        return part;
    }
  }

  async function prepareArguments([name = '', ...args]: string[]): Promise<string[]> {
    const usage = usages.get(name);
    if (usage === undefined) return [name, ...args];
    if (name === 'start') return [name, ...(await prepareStart(args))];
    const replace = async (args: string[], find: () => Promise<{ task: string; headSha: string | null }>) => {
      const { plain } = takeArguments(usage, args);
      const { task, headSha } = await find();
      const shown = args.indexOf('--sha') + 1;
      return args.map((arg, index) => {
        if (shown > 0 && index === shown) return headSha?.slice(0, 12) ?? '';
        return arg === plain[0] ? task : arg;
      });
    };
    switch (name) {
      case 'approve':
      case 'request-changes':
      case 'reject':
      case 'answer':
      case 'steer':
      case 'cancel':
      case 'rewind':
      case 'fork':
        return [name, ...(await replace(args, () => world.taskToDecide()))];
      case 'status':
      case 'diff':
      case 'evidence':
      case 'findings':
      case 'logs':
      case 'transcript':
        // A closed one: following it has an end.
        return [name, ...(await replace(args, () => world.closedTask()))];
      case 'budget': {
        const { plain } = takeArguments(usage, args);
        return [name, ...(plain.length === 0 ? args : await replace(args, () => world.taskToDecide()))];
      }
      case 'retry':
        return [name, ...(await replace(args, () => world.taskToRetry()))];
      case 'pause':
        return args.includes('--all')
          ? [name, ...args]
          : [name, ...(await replace(args, () => world.taskToDecide()))];
      case 'resume':
        if (!args.includes('--all')) return [name, ...(await replace(args, () => world.pausedTask()))];
        await world.run(parse('continuo pause --all'));
        return [name, ...args];
      default:
        return [name, ...args];
    }
  }

  async function prepareStart(args: string[]): Promise<string[]> {
    const prepared = [...args];
    for (const [index, arg] of args.entries()) {
      const value = args[index + 1] ?? '';
      if (arg === '--file' || arg === '-F') await world.writeFile(value, 'Write a note\n');
      if (arg === '--id') prepared[index + 1] = world.newName();
      if (arg === '--issue') {
        prepared[index + 1] = world.newName();
        await world.commitTaskFile(prepared[index + 1] ?? '');
      }
    }
    return prepared;
  }

  async function prepareGit(part: Part): Promise<Part> {
    const [, verb, ...args] = part.words;
    const files = args.filter((arg) => /^tasks\/.*\.md$/.test(arg));
    if (verb === 'add') {
      for (const file of files) await world.writeFile(file, '---\nstate: Backlog\n---\nWrite a note.\n');
    }
    // What the document says was changed.
    if (verb === 'diff') await world.writeFile('README.md', '# A shop\n');
    return part;
  }

  async function prepareTemporal(part: Part): Promise<Part> {
    const words = [...part.words, '--address', await world.address()];
    const id = words.indexOf('--workflow-id') + 1;
    if (id > 0) words[id] = `task/shop/${(await world.taskToDecide()).task}`;
    return { ...part, words };
  }

  function withWorkflowFile(part: Part): Part {
    return {
      ...part,
      words: part.words.map((word) => (word.endsWith('.md') ? join(world.repository, 'WORKFLOW.md') : word)),
    };
  }
});

/** The dotted keys of a schema; the entries of a list are `[]`. */
function keysOf(schema: unknown, prefix = ''): string[] {
  const { def } = schema as {
    def: { type: string; innerType?: unknown; in?: unknown; element?: unknown; shape?: object };
  };
  switch (def.type) {
    case 'object':
      return Object.entries(def.shape ?? {}).flatMap(([key, value]) =>
        keysOf(value, prefix === '' ? key : `${prefix}.${key}`),
      );
    case 'array': {
      const element = keysOf(def.element, `${prefix}[]`);
      return element.length === 1 && element[0] === `${prefix}[]` ? [prefix] : element;
    }
    default:
      return def.innerType === undefined ? [prefix] : keysOf(def.innerType, prefix);
  }
}

/** Each value of a parsed file that is not a section, by its dotted key. */
function leavesOf(value: unknown, prefix = ''): [string, unknown][] {
  const isSection =
    typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0;
  if (Array.isArray(value) && typeof value[0] === 'object') return leavesOf(value[0], `${prefix}[]`);
  if (!isSection) return [[prefix, value]];
  return Object.entries(value).flatMap(([key, entry]) =>
    leavesOf(entry, prefix === '' ? key : `${prefix}.${key}`),
  );
}

function readDefault(cell: string): unknown {
  return parseYaml(cell.replaceAll('`', '')) as unknown;
}

function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof Error) return error.message;
  }
  return 'no error';
}
