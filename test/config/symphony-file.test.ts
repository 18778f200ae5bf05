import { describe, expect, it } from '@jest/globals';
import { ConfigError } from '../../src/config/errors.js';
import { parseConfig } from '../../src/config/parse.js';
import { settingsWithoutEffect } from '../../src/config/without-effect.js';

/** All that files for the Symphony specification have beside the tracker. */
const rest = `
polling: { interval_ms: 5000 }
workspace: { root: ~/code/symphony-workspaces }
hooks:
  timeout_ms: 900000
  after_create: |
    git clone --depth 1 "$SOURCE_REPO_URL" .
    ---
  before_remove: null
agent:
  max_concurrent_agents: 10
  max_turns: 20
  max_concurrent_agents_by_state: { Todo: 2, "In Review ": 0, merging: many }
codex:
  command: codex --config shell_environment_policy.inherit=all app-server
  model: gpt
  approval_policy: { reject: { sandbox_approval: true, rules: true, mcp_elicitations: true } }
  thread_sandbox: workspace-write
  turn_sandbox_policy: { type: workspaceWrite, networkAccess: false }
  stall_timeout_ms: -1
server: { port: 0, host: 127.0.0.1 }
observability: { dashboard_enabled: true, refresh_ms: 1000, render_interval_ms: 16 }
worker: { ssh_hosts: [build-1, "ann@build-2:2222"], max_concurrent_agents_per_host: 3 }
`;

const prompt = `
You are working on {{ issue.identifier }}: {{ issue.title }} ({{ issue.state }}, {{ issue.labels }})
{% if attempt %}Attempt {{ attempt }}.{% endif %}
{% if issue.description %}{{ issue.description }}{% else %}No description.{% endif %}

---

Blocked by:{% for blocker in issue.blocked_by %} {{ blocker.identifier }}{% endfor %}
`;

const load = (tracker: string, more = '') =>
  parseConfig('/srv/shop/WORKFLOW.md', `---\ntracker:\n${tracker}${rest}${more}---\n${prompt}`, {
    HOME: '/home/ann',
  });

const states = `  active_states: [Todo, In Progress, Merging, Rework]
  terminal_states: [Closed, Cancelled, Canceled, Duplicate, Done]
  required_labels: [symphony]
`;

/** With provider keys, and with the flat ones of before. */
const trackers: Record<string, string> = {
  linear: `  kind: linear\n  endpoint: https://api.linear.app/graphql\n  api_key: $LINEAR_API_KEY\n  project_slug: shop-b1cf\n  assignee: me\n${states}`,
  jira: `  kind: jira\n  provider: { base_url: https://shop.atlassian.net, email: a@b.c, api_token: $JIRA, jql: null }\n`,
  asana: `  kind: asana\n  provider: { access_token: $ASANA, project_gid: "12" }\n${states}`,
  gitlab: `  kind: gitlab\n  provider: { token: $GITLAB, project_id: 12 }\n  active_states: [opened]\n`,
  memory: `  kind: memory\n`,
};

describe('a workflow file that was made for Symphony', () => {
  it.each(Object.keys(trackers))(
    'with the tracker %s lacks that tracker alone, and is told which there are (CFG-02)',
    (kind) => {
      let error: unknown;
      try {
        load(trackers[kind] ?? '');
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toBeInstanceOf(ConfigError);
      expect(error).toMatchObject({
        code: 'unsupported_tracker_kind',
        message: `WORKFLOW.md: tracker.kind: found "${kind}", allowed: file, github`,
        problems: [{ key: 'tracker.kind' }],
      });
    },
  );

  it('is taken with all its other keys and a tracker that there is (CFG-01, CFG-19 to CFG-23)', () => {
    const config = load(`  kind: file\n${states}`, 'repository: { url: . }\nland: { mode: merge }\n');
    expect(config).toMatchObject({
      workspace: { root: '/home/ann/code/symphony-workspaces' },
      hooks: {
        after_create: 'git clone --depth 1 "$SOURCE_REPO_URL" .\n---\n',
        before_remove: null,
        timeout_ms: 900_000,
      },
      agent: { kind: 'codex', max_concurrent_agents_by_state: { todo: 2 } },
      codex: {
        command: 'codex --config shell_environment_policy.inherit=all app-server',
        approval_policy: { reject: { sandbox_approval: true, rules: true, mcp_elicitations: true } },
        turn_sandbox_policy: { type: 'workspaceWrite', networkAccess: false },
        stall_timeout_ms: -1,
      },
      prompt: prompt.trim(),
    });
  });

  it('is taken with the tracker github and its keys (CFG-01)', () => {
    const provider = '{ api_url: https://api.github.com, token: $GITHUB_TOKEN, repo: ann/shop }';
    expect(load(`  kind: github\n  provider: ${provider}\n`).tracker).toMatchObject({
      active_states: ['open'],
      provider: { repo: 'ann/shop' },
    });
  });

  it('is told how to work on several hosts in place of ssh', () => {
    const config = load(`  kind: file\n`, 'repository: { url: . }\nland: { mode: merge }\n');
    expect(settingsWithoutEffect(config)).toEqual([
      {
        key: 'worker.ssh_hosts',
        effect: 'this version starts nothing over ssh',
        advice: 'run `continuo worker` on each of those hosts instead',
      },
    ]);
  });
});
