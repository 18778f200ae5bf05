import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { Config } from '../../src/config/config.js';
import type { Environment } from '../../src/config/environment.js';
import { ConfigError } from '../../src/config/errors.js';
import { parseConfig } from '../../src/config/parse.js';
import { promptProblem } from '../../src/config/prompt-problem.js';
import { workflowText } from './workflow-file.js';

const file = '/srv/shop/WORKFLOW.md';

function parse(parts: Record<string, string> = {}, env: Environment = {}): Config {
  return parseConfig(file, workflowText(parts), env);
}

function errorOf(text: string, env: Environment = {}): ConfigError {
  try {
    parseConfig(file, text, env);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('the file was accepted');
}

describe('a workflow file', () => {
  it('gets the defaults of the specification (CFG-01, CFG-09, CFG-11, CFG-13, CFG-14, CFG-16, CFG-17, CFG-18, CFG-20, CFG-22)', () => {
    const config = parse();
    expect(config).toMatchObject({
      polling: { interval_ms: 30_000 },
      workspace: { root: join(tmpdir(), 'symphony_workspaces') },
      hooks: {
        after_create: null,
        before_run: null,
        after_run: null,
        before_remove: null,
        timeout_ms: 60_000,
      },
      agent: {
        max_concurrent_agents: 10,
        max_turns: 20,
        max_retry_backoff_ms: 300_000,
        max_concurrent_agents_by_state: {},
      },
      codex: {
        command: 'codex app-server',
        turn_timeout_ms: 3_600_000,
        read_timeout_ms: 5_000,
        stall_timeout_ms: 300_000,
      },
      tracker: {
        provider: {},
        required_labels: [],
        active_states: ['Todo', 'In Progress'],
        terminal_states: ['Done', 'Cancelled'],
      },
      repository: { url: '/srv/shop', base: 'main' },
      land: { mode: 'merge', strategy: 'squash' },
    });
  });

  it('keeps the prompt trimmed, the text whole, and cannot be changed (WF-07)', () => {
    const config = parse();
    expect(config.prompt).toBe('Work on {{ issue.title }}.');
    expect(config.text).toBe(workflowText());
    expect(() => Object.assign(config.agent, { max_turns: 1 })).toThrow(TypeError);
    expect(() => config.tracker.active_states.push('Later')).toThrow(TypeError);
  });

  it('has a hash of its text, wherever it is on a host', () => {
    const hash = parse().hash;
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(parse().hash).toBe(hash);
    expect(parse({ land: '{ mode: merge, strategy: rebase }' }).hash).not.toBe(hash);
    expect(parseConfig('/srv/other/WORKFLOW.md', workflowText(), {}).hash).toBe(hash);
  });

  it('may have keys that nobody knows (WF-09)', () => {
    const config = parse({ server: '{ port: 8080 }', agent: '{ kind: command, mood: good }' });
    expect(config).not.toHaveProperty('server');
    expect(config.agent).not.toHaveProperty('mood');
  });

  it('keeps what belongs to the adapter as it is (CFG-03)', () => {
    const config = parse({ tracker: '{ kind: file, provider: { path: work, colour: { deep: null } } }' });
    expect(config.tracker.provider).toEqual({ path: 'work', colour: { deep: null } });
  });

  it('drops broken limits by state one by one, and normalizes the others (CFG-19)', () => {
    const config = parse({
      agent:
        '{ kind: command, max_concurrent_agents_by_state: { " In Review ": 2, todo: 0, done: many, x: -1, y: 1.5 } }',
    });
    expect(config.agent.max_concurrent_agents_by_state).toEqual({ 'in review': 2 });
  });

  it('keeps blank required labels, because they match nothing (CFG-07)', () => {
    expect(parse({ tracker: '{ kind: file, required_labels: [" "] }' }).tracker.required_labels).toEqual([
      ' ',
    ]);
  });

  it('takes a whole number that is written as a text', () => {
    expect(parse({ polling: '{ interval_ms: "500" }' }).polling.interval_ms).toBe(500);
  });

  it('takes stall timeouts of zero and less (CFG-23)', () => {
    expect(parse({ codex: '{ stall_timeout_ms: -5 }' }).codex.stall_timeout_ms).toBe(-5);
  });

  it('lets any agent that speaks ACP say how it is started, and how one logs in', () => {
    const acp = '{ command: opencode acp, auth_method: key, mode: plan }';
    expect(parse({ agent: '{ kind: acp }', acp }).acp).toEqual({
      command: 'opencode acp',
      auth_method: 'key',
      mode: 'plan',
      turn_timeout_ms: 3_600_000,
      read_timeout_ms: 60_000,
      stall_timeout_ms: 300_000,
    });
    expect(errorOf(workflowText({ agent: '{ kind: acp }' })).problems).toMatchObject([
      { key: 'acp.command' },
    ]);
  });

  it('leaves shell commands untouched (CFG-26)', () => {
    const config = parse({ command: '{ run: "~/agent $HOME" }', hooks: '{ before_run: "echo ~ $X" }' });
    expect(config.command?.run).toBe('~/agent $HOME');
    expect(config.hooks.before_run).toBe('echo ~ $X');
  });

  it('takes a gate without content for its defaults, never for no gate', () => {
    const config = parse({ review: '', land: '' });
    expect(config.review?.human.when).toBe('always');
    expect(config.land?.mode).toBe('merge');
    expect(errorOf(workflowText({ verify: '' })).problems).toEqual([
      { key: 'verify.checks', found: 'nothing', allowed: 'a list of checks, each with name and run' },
    ]);
  });

  it('takes nothing from the environment that it does not name (CFG-25)', () => {
    const env = { CODEX_COMMAND: 'x', WORKSPACE_ROOT: '/x', TRACKER_KIND: 'x', POLLING_INTERVAL_MS: '1' };
    expect(parse({}, env)).toEqual(parse({}, {}));
  });

  it('fills in defaults and variables before it checks (CFG-24)', () => {
    const parts = { workspace: '{ root: $WORK }', agent: '{ kind: command, max_turns: "7" }' };
    const { workspace, agent } = parse(parts, { WORK: '/big' });
    expect([workspace.root, agent.max_turns, agent.max_concurrent_agents]).toEqual(['/big', 7, 10]);
  });

  it('refuses an agent without a command line (CFG-20, REL-10)', () => {
    const text = workflowText({ agent: '{ kind: codex }', codex: '{ command: " " }' });
    expect(errorOf(text).problems).toMatchObject([{ key: 'codex.command' }]);
  });

  it('takes a key without a value for one that is left out', () => {
    expect(parse({ polling: '{ interval_ms: }', schedules: '' }).polling.interval_ms).toBe(30_000);
  });
});

describe('paths', () => {
  const env = { HOME: '/home/ann', WORK: '/big/disk', REPO: 'https://example.org/shop.git' };
  it.each([
    ['~', '/home/ann'],
    ['~/ws', '/home/ann/ws'],
    ['$WORK', '/big/disk'],
    ['${WORK}', '/big/disk'],
    ['$WORK/ws', '/big/disk/ws'],
    ['${WORK}s/ws', '/big/disks/ws'],
    ['/abs/./x/..', '/abs'],
    ['ws', '/srv/shop/ws'],
    ['../ws', '/srv/ws'],
    ['./~x', '/srv/shop/~x'],
  ])('workspace.root %s is %s (CFG-11, CFG-12)', (root, expected) => {
    expect(parse({ workspace: `{ root: "${root}" }` }, env).workspace.root).toBe(expected);
  });

  it.each([
    ['.', '/srv/shop'],
    ['../api', '/srv/api'],
    ['~/shop', '/home/ann/shop'],
    ['$WORK/shop.git', '/big/disk/shop.git'],
    ['$REPO', 'https://example.org/shop.git'],
    ['https://example.org/$WORK/~x', 'https://example.org/$WORK/~x'],
    ['git@example.org:shop/shop.git', 'git@example.org:shop/shop.git'],
    ['ssh://git@example.org/shop', 'ssh://git@example.org/shop'],
    ['./odd:name', '/srv/shop/odd:name'],
  ])('repository.url %s is %s (CFG-26)', (url, expected) => {
    expect(parse({ repository: `{ url: "${url}" }` }, env).repository?.url).toBe(expected);
  });

  it.each([
    ['workspace', '{ root: $NOPE/ws }', 'workspace.root', '"$NOPE/ws"', 'NOPE'],
    ['workspace', '{ root: "${EMPTY}" }', 'workspace.root', '"${EMPTY}"', 'EMPTY'],
    ['repository', '{ url: $NOPE }', 'repository.url', '"$NOPE"', 'NOPE'],
  ])('%s: %s names the variable that is not set', (section, value, key, found, variable) => {
    const error = errorOf(workflowText({ [section]: value }), { EMPTY: '' });
    expect(error.code).toBe('config_invalid');
    expect(error.message).toBe(
      `WORKFLOW.md: ${key}: found ${found}, allowed: a path whose variables are set; the environment variable ${variable} is not`,
    );
  });
});

describe('the project id', () => {
  it('is the name, else the name of the repository and a hash', () => {
    expect(parse().project).toBe('shop');
    expect(parse({ project: '-', repository: '{ url: "git@example.org:ann/my shop.git" }' }).project).toMatch(
      /^my-shop-[0-9a-f]{12}$/,
    );
    expect(parse({ project: '-' }).project).toMatch(/^shop-[0-9a-f]{12}$/);
    expect(parse({ project: '-' }).project).toBe(parse({ project: '-' }).project);
  });
});

describe('bad values', () => {
  const whole = 'a whole number above 0';
  const ms = 'a whole number of milliseconds from 1 to 2147483647';
  const aZone = 'the name of a time zone, such as Europe/Berlin';
  const otherKinds = 'codex, claude, acp (another kind than agent.kind, which is command)';
  const noMoney =
    'nothing, because a command agent reports neither tokens nor money: use budget.task_turns or task_minutes';
  it.each([
    ['agent', '{ kind: command, max_turns: many }', 'agent.max_turns', '"many"', whole],
    ['agent', '{ kind: command, max_turns: 0 }', 'agent.max_turns', '0', whole],
    ['agent', '{ kind: command, max_turns: 1.5 }', 'agent.max_turns', '1.5', whole],
    ['agent', '{ kind: command, max_concurrent_agents: -1 }', 'agent.max_concurrent_agents', '-1', whole],
    ['agent', '{ kind: command, auth: sometimes }', 'agent.auth', '"sometimes"', 'inherit, api_key'],
    [
      'agent',
      '{ kind: command, env: ["$KEY"] }',
      'agent.env[0]',
      '"$KEY"',
      'the name of an environment variable, without $',
    ],
    ['agent', '[1]', 'agent', 'a list', 'a map'],
    ['polling', '{ interval_ms: soon }', 'polling.interval_ms', '"soon"', ms],
    ['hooks', '{ timeout_ms: 99999999999 }', 'hooks.timeout_ms', '99999999999', ms],
    ['hooks', '{ before_run: [a] }', 'hooks.before_run', 'a list', 'a text'],
    ['tracker', '{ kind: file, active_states: Todo }', 'tracker.active_states', '"Todo"', 'a list'],
    ['tracker', '{ kind: file, on_cancel: [Done] }', 'tracker.on_cancel', 'a list', 'a text'],
    [
      'tracker',
      '{ kind: file, on_reject: todo }',
      'tracker.on_reject',
      '"todo"',
      'a state that is not in tracker.active_states (Todo, In Progress), or null',
    ],
    ['tracker', '{ kind: file, required_labels: [1] }', 'tracker.required_labels[0]', '1', 'a text'],
    ['repository', '{ base: main }', 'repository.url', 'nothing', 'a text'],
    [
      'repository',
      '{ url: ., base: "a..b" }',
      'repository.base',
      '"a..b"',
      'a branch name that git takes, such as main',
    ],
    [
      'repository',
      '{ url: ., author: ann }',
      'repository.author',
      '"ann"',
      'Name <mail>, such as Continuo <continuo@localhost>',
    ],
    [
      'repository',
      '{ url: "https://ann:secret@example.org/x" }',
      'repository.url',
      'a URL with a password in it',
      'a URL without a password: git asks its credential helper',
    ],
    ['verify', '{ checks: [] }', 'verify.checks', 'an empty list', 'at least one check, with name and run'],
    ['verify', '{ checks: [{ name: t }] }', 'verify.checks[0].run', 'nothing', 'a text'],
    [
      'verify',
      '{ checks: [{ name: t, run: a }, { name: t, run: b }] }',
      'verify.checks',
      'a list',
      'checks with different names',
    ],
    [
      'verify',
      '{ checks: [{ name: t, run: a, report: ../x.xml }] }',
      'verify.checks[0].report',
      '"../x.xml"',
      'a path inside the repository',
    ],
    [
      'verify',
      '{ checks: [{ name: t, run: a, report: /tmp/x.xml }] }',
      'verify.checks[0].report',
      '"/tmp/x.xml"',
      'a path inside the repository',
    ],
    [
      'verify',
      '{ checks: [{ name: t, run: a, report: a/../../x.xml }] }',
      'verify.checks[0].report',
      '"a/../../x.xml"',
      'a path inside the repository',
    ],
    ['lessons', '{ path: .. }', 'lessons.path', '".."', 'a path inside the repository'],
    ['lessons', '{ path: /srv/lessons }', 'lessons.path', '"/srv/lessons"', 'a path inside the repository'],
    ['review', '{ human: { when: maybe } }', 'review.human.when', '"maybe"', 'always, never, risk'],
    ['land', '{ strategy: octopus }', 'land.strategy', '"octopus"', 'squash, merge, rebase'],
    [
      'land',
      '{ mode: pull_request }',
      'land.mode',
      '"pull_request"',
      'merge, none (forge.kind local has no pull requests), or forge.kind github',
    ],
    [
      'land',
      '{ mode: none }',
      'land.mode',
      '"none"',
      'merge, because a file issue gets its new state when it lands',
    ],
    [
      'land',
      '-',
      'land',
      'nothing',
      'a map such as { mode: merge }, because a file issue gets its new state when it lands',
    ],
    [
      'repository',
      '-',
      'repository',
      'nothing',
      'a map with url and base, because of tracker.kind file, land',
    ],
    [
      'command',
      '-',
      'command.run',
      'nothing',
      'the command line of the agent, because agent.kind is command',
    ],
    ['command', '', 'command.run', 'nothing', 'a text'],
    ['agent', '{ kind: command, fallback: command }', 'agent.fallback', '"command"', otherKinds],
    ['agent', '{ kind: command, fallback: cursor }', 'agent.fallback', '"cursor"', otherKinds],
    [
      'agent',
      '{ kind: command, fallback: acp }',
      'acp.command',
      'nothing',
      'the command line of an agent that speaks ACP, because agent.fallback is acp',
    ],
    [
      'project',
      '{ name: a/b }',
      'project.name',
      '"a/b"',
      'at most 64 letters, digits and the characters . _ - and a letter or digit first',
    ],
    [
      'project',
      '{ name: .. }',
      'project.name',
      '".."',
      'at most 64 letters, digits and the characters . _ - and a letter or digit first',
    ],
    ['budget', '{ task_usd: free }', 'budget.task_usd', '"free"', 'a number above 0'],
    ['budget', '{ task_usd: 5 }', 'budget.task_usd', '5', noMoney],
    ['budget', '{ day_usd: 0.5 }', 'budget.day_usd', '0.5', noMoney.replaceAll('task_', 'day_')],
    ['budget', '{ project_usd: 9 }', 'budget.project_usd', '9', noMoney.replaceAll('task_', 'project_')],
    ['budget', '{ day_tokens: 0 }', 'budget.day_tokens', '0', 'a whole number above 0'],
    ['budget', '{ time_zone: Mars/Base }', 'budget.time_zone', '"Mars/Base"', aZone],
    ['budget', '{ time_zone: "+01:00" }', 'budget.time_zone', '"+01:00"', aZone],
    [
      'budget',
      '{ prices: { codex: { input: -1, output: 2 } } }',
      'budget.prices.codex.input',
      '-1',
      'a number from 0',
    ],
    [
      'review',
      '{ agents: [{ name: security, prompt: Look, agent: cursor }] }',
      'review.agents[0].agent',
      '"cursor"',
      'codex, claude, acp, command',
    ],
    [
      'review',
      '{ agents: [{ name: security, prompt: Look, agent: acp }] }',
      'review.agents[0].run',
      'nothing',
      'the command line of an agent that speaks ACP, because review.agents[0].agent is acp',
    ],
    [
      'review',
      '{ agents: [{ name: security, prompt: "{{ issue.title | nothing }}" }] }',
      'review.agents[0].prompt',
      '"{{ issue.title | nothing }}"',
      'a Liquid template (undefined filter: nothing)',
    ],
    [
      'review',
      '{ agents: [{ name: bugs, prompt: Look }, { name: bugs, prompt: Look }] }',
      'review.agents',
      'a list',
      'reviewers with different names',
    ],
    [
      'schedules',
      '[{ name: gardening, cron: 0 25 * * *, prompt: p }]',
      'schedules[0].cron',
      '"0 25 * * *"',
      'minute, hour, day of month, month and day of week, such as 0 6 * * 1, or @daily',
    ],
    [
      'schedules',
      '[{ name: a, cron: "@daily", prompt: p, time_zone: Mars/Base }]',
      'schedules[0].time_zone',
      '"Mars/Base"',
      aZone,
    ],
    [
      'schedules',
      '[{ name: a/b, cron: "@daily", prompt: p }]',
      'schedules[0].name',
      '"a/b"',
      'at most 64 letters, digits and the characters . _ - and a letter or digit first',
    ],
    [
      'schedules',
      '[{ name: a, cron: "@daily", prompt: p }, { name: a, cron: "@daily", prompt: p }]',
      'schedules',
      'a list',
      'schedules with different names',
    ],
    ['review', '{ agents: [{ name: bugs }] }', 'review.agents[0].prompt', 'nothing', 'a text'],
  ])('%s: %s is refused (CFG-14, CFG-17)', (section, value, key, found, allowed) => {
    const error = errorOf(workflowText({ [section]: value }));
    expect(error.code).toBe('config_invalid');
    expect(error.message).toBe(`WORKFLOW.md: ${key}: found ${found}, allowed: ${allowed}`);
    expect(error.problems).toEqual([{ key, found, allowed }]);
  });

  it('takes Codex when no agent is chosen, and names the agents that there are', () => {
    expect(parseConfig('WORKFLOW.md', workflowText({ agent: '-' }), {}).agent.kind).toBe('codex');
    expect(errorOf(workflowText({ agent: '{ kind: cursor }' })).message).toBe(
      'WORKFLOW.md: agent.kind: found "cursor", allowed: codex, claude, acp, command (the agents that this version can run; without agent.kind it is codex)',
    );
  });

  it('refuses a limit in money that the fallback would not keep', () => {
    const parts = (fallback: string) =>
      workflowText({ agent: `{ kind: claude, fallback: ${fallback} }`, budget: '{ task_usd: 5 }' });
    expect(errorOf(parts('command')).problems).toEqual([
      { key: 'budget.task_usd', found: '5', allowed: noMoney },
    ]);
    expect(errorOf(parts('codex')).message).toContain('unless budget.prices has codex');
  });

  it('lists every problem, each on its own line', () => {
    const error = errorOf(workflowText({ polling: '{ interval_ms: no }', land: '{ mode: push }' }));
    expect(error.message.split('\n')).toEqual([
      `WORKFLOW.md: polling.interval_ms: found "no", allowed: ${ms}`,
      'WORKFLOW.md: land.mode: found "push", allowed: merge, pull_request, none',
    ]);
  });

  it('does not repeat long values and control characters', () => {
    const error = errorOf(workflowText({ polling: `{ interval_ms: "\\e[31m${'x'.repeat(500)}" }` }));
    expect(error.message.length).toBeLessThan(250);
    expect(error.message).not.toMatch(/\p{Cc}/u);
  });
});

describe('trackers', () => {
  it.each([
    ['{ kind: linear }', 'unsupported_tracker_kind', 'tracker.kind: found "linear", allowed: file, github'],
    [
      '{ kind: constructor }',
      'unsupported_tracker_kind',
      'tracker.kind: found "constructor", allowed: file, github',
    ],
    ['-', 'config_invalid', 'tracker.kind: found nothing, allowed: file, github'],
    [
      '{ kind: file, provider: { path: ../x } }',
      'invalid_tracker_config',
      'tracker.provider.path: found "../x", allowed: the path of a folder inside the repository, such as tasks',
    ],
    [
      '{ kind: file, provider: { path: /x } }',
      'invalid_tracker_config',
      'tracker.provider.path: found "/x", allowed: the path of a folder inside the repository, such as tasks',
    ],
    [
      '{ kind: file, provider: { path: a/../../x } }',
      'invalid_tracker_config',
      'tracker.provider.path: found "a/../../x", allowed: the path of a folder inside the repository, such as tasks',
    ],
    [
      '{ kind: file, provider: { path: . } }',
      'invalid_tracker_config',
      'tracker.provider.path: found ".", allowed: the path of a folder inside the repository, such as tasks',
    ],
    [
      '{ kind: file, provider: { path: .git/x } }',
      'invalid_tracker_config',
      'tracker.provider.path: found ".git/x", allowed: the path of a folder inside the repository, such as tasks',
    ],
    [
      '{ kind: file, provider: { path: 7 } }',
      'invalid_tracker_config',
      'tracker.provider.path: found 7, allowed: the path of a folder inside the repository, such as tasks',
    ],
  ])('%s is refused as %s (CFG-02, REL-10)', (tracker, code, message) => {
    const error = errorOf(workflowText({ tracker }));
    expect(error.code).toBe(code);
    expect(error.message).toBe(`WORKFLOW.md: ${message}`);
  });
});

describe('files that are not workflow files', () => {
  it.each([
    [
      '---\ntracker: { kind: file }\n',
      'workflow_parse_error',
      'line 1: the front matter that begins with --- has no end: add a line that is exactly ---',
    ],
    ['---\na: 1\nb: 2\na: 3\n---\n', 'workflow_parse_error', 'line 4: Map keys must be unique'],
    ['---\na: [1\n---\n', 'workflow_parse_error', 'line 3: '],
    ['---\na: *nobody\n---\n', 'workflow_parse_error', 'line 2: Unresolved alias'],
    [
      '---\n- a\n---\n',
      'workflow_front_matter_not_a_map',
      'front matter: found a list, allowed: a map of keys and values',
    ],
    [
      '---\njust words\n---\n',
      'workflow_front_matter_not_a_map',
      'front matter: found "just words", allowed: a map of keys and values',
    ],
    ['---\n---\nprompt', 'config_invalid', 'tracker.kind: found nothing, allowed: file, github'],
    ['only a prompt', 'config_invalid', 'tracker.kind: found nothing, allowed: file, github'],
    ['', 'config_invalid', 'tracker.kind: found nothing, allowed: file, github'],
  ])('%j is %s (WF-04, WF-05, WF-06)', (text, code, message) => {
    const error = errorOf(text);
    expect(error.code).toBe(code);
    expect(error.message).toContain(`WORKFLOW.md: ${message}`);
    expect(error.message).not.toMatch(/\n\s+at /);
  });

  it('survives YAML that would blow up', () => {
    const bomb = [
      'a: &a [x, x]',
      ...'bcdefghijklmnop'.split('').map((key, index) => {
        const before = 'abcdefghijklmnop'.charAt(index);
        return `${key}: &${key} [*${before}, *${before}, *${before}, *${before}, *${before}, *${before}, *${before}, *${before}]`;
      }),
    ];
    expect(errorOf(`---\n${bomb.join('\n')}\n---\n`).code).toBe('workflow_parse_error');
  });

  it('is not polluted by keys of the prototype', () => {
    parseConfig(
      file,
      workflowText({ __proto__: '{ polluted: 1 }', constructor: '{ prototype: { polluted: 1 } }' }),
      {},
    );
    expect({}).not.toHaveProperty('polluted');
  });
});

describe('the prompt template (WF-11, WF-12)', () => {
  it.each([
    ['{% if issue %}', 12, 'template_parse_error', 'tag {% if issue %} not closed'],
    ['\n\n{{ issue.title | shout }}', 14, 'template_render_error', 'undefined filter: shout'],
    ['{% nonsense %}', 12, 'template_parse_error', 'tag "nonsense" not found'],
  ])('%j is a problem with its line, and no fault of the file', (prompt, line, code, message) => {
    const parts = { polling: '{ interval_ms: 1 }', verify: '{ checks: [{ name: t, run: t }] }' };
    const config = parseConfig(file, workflowText(parts, prompt), {});
    expect(promptProblem(config)).toEqual({
      code,
      message: `line ${line}: the prompt template is broken, and fails every attempt: ${message}`,
    });
  });

  it('is no problem when it can be used', () => {
    expect(promptProblem(parse())).toBeNull();
  });
});
