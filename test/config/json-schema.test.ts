import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { readParts } from '../../src/config/parts.js';
import { workflowSchema } from '../../src/config/json-schema.js';
import { packageRoot } from '../../src/config/package-root.js';
import { unknownKeys } from '../../src/config/unknown-keys.js';
import { renderWorkflowFile } from '../../src/client/init/template.js';
import { blocksOf, documents } from '../support/docs/markdown.js';
import { workflowText } from './workflow-file.js';

// zod's own reader of such schemas; the loader does not use it.
const editor = z.fromJSONSchema(JSON.parse(JSON.stringify(workflowSchema())) as z.core.JSONSchema.JSONSchema);

const frontOf = (text: string) => readParts('/srv/shop/WORKFLOW.md', text).data;

const problems = (parts: Record<string, string>) => {
  const { error } = editor.safeParse(frontOf(workflowText(parts)));
  return error?.issues.map(({ path }) => path.join('.')) ?? [];
};

/** Every whole workflow file of the documents. */
const examples = documents().flatMap((document) =>
  blocksOf(document)
    .filter(({ language, text }) => language === 'yaml' && /^(project|tracker):/m.test(text))
    .filter(({ before }) => before !== '<!-- loader example -->')
    .map(({ text }) => ({ path: document.path, text })),
);

describe('the JSON Schema of the workflow file', () => {
  it('is in the package as it is now', async () => {
    const published = await readFile(`${packageRoot()}/dist/workflow.schema.json`, 'utf8');
    expect(JSON.parse(published)).toEqual(JSON.parse(JSON.stringify(workflowSchema())));
  });

  it('accepts what the documents show and what init writes, down to keys that are free', () => {
    expect(examples.length).toBeGreaterThan(1);
    const findings = {
      project: 'shop',
      base: 'main',
      check: null,
      agent: null,
      workspaces: '~/.local/state/ws',
      tracker: { kind: 'file' as const },
    };
    const files = [
      ...examples.map(({ text }) => `---\n${text}---\n`),
      workflowText(),
      renderWorkflowFile(findings),
      renderWorkflowFile({
        ...findings,
        tracker: { kind: 'github', repo: 'acme/shop', apiUrl: null, url: 'git@github.com:acme/shop' },
      }),
      workflowText({
        server: '{ port: 1 }',
        tracker: '{ kind: file, provider: { path: a, x: { y: [1] } }, on_reject: null }',
        polling: '{ interval_ms: "500" }',
        codex: '{ approval_policy: { reject: { rules: true } }, stall_timeout_ms: -1 }',
        agent: '{ kind: acp, max_concurrent_agents_by_state: { Todo: 1, x: many } }',
        worker: '{ ssh_hosts: [a] }',
      }),
    ];
    for (const file of files) expect(editor.safeParse(frontOf(file)).error?.issues).toBeUndefined();
  });

  it.each([
    ['polling', '{ interval_ms: soon }', 'polling.interval_ms'],
    ['polling', '{ interval_ms: 0 }', 'polling.interval_ms'],
    ['tracker', '{ kind: paper }', 'tracker.kind'],
    ['land', '{ mode: push }', 'land.mode'],
    ['verify', '{ checks: [{ name: t }] }', 'verify.checks.0.run'],
    ['hooks', '{ before_run: [a] }', 'hooks.before_run'],
  ])('refuses %s: %s', (section, value, key) => {
    expect(problems({ [section]: value })).toEqual([key]);
  });

  it('has the defaults, also of numbers that may be written as a text', () => {
    const { properties } = workflowSchema().properties?.polling ?? {};
    expect(properties?.interval_ms).toMatchObject({ default: 30_000, anyOf: [{ type: 'integer' }, {}] });
  });
});

describe('keys that nobody knows', () => {
  it('are named by their place, and those of the adapters and of free maps are not', () => {
    const text = workflowText({
      tracker: '{ kind: file, kinds: x, provider: { colour: red } }',
      agent: '{ kind: command, mood: good, max_concurrent_agents_by_state: { Todo: 1 } }',
      verify: '{ checks: [{ name: t, run: t }, { name: u, run: u, timeout: 5 }] }',
      server: '{ port: 8080 }',
      codex: '{ approval_policy: { reject: { rules: true } } }',
      budget: '[1]',
    });
    expect(unknownKeys(frontOf(text)).sort()).toEqual([
      'agent.mood',
      'server',
      'tracker.kinds',
      'verify.checks[1].timeout',
    ]);
  });
});
