import { stringify } from 'yaml';
import type { FoundTracker } from './find-tracker.js';

/** What `continuo init` found out about a repository. */
export interface Findings {
  project: string;
  base: string;
  /** Null when none was recognized. */
  check: string | null;
  /** A kind of agent that was found, or the command line of one that was given. */
  agent: { kind: string } | { command: string } | null;
  workspaces: string;
  tracker: FoundTracker;
}

/** What editors check the file by: a copy in the repository works without a network, and for everybody who has it. */
export const schemaFile = '.continuo/workflow.schema.json';

/** What people put on an issue that is to be worked on. */
export const workLabel = 'continuo';

/** Fails at once and says why: a gate without a check would let everything through. */
const noCheck = 'echo "verify.checks in WORKFLOW.md has no test command yet" >&2; exit 1';
const noAgent = 'echo "command.run in WORKFLOW.md names no coding agent yet" >&2; exit 1';

/** A workflow file with every gate: nothing lands that was not verified and approved by a person. */
export function renderWorkflowFile({ project, base, check, agent, workspaces, tracker }: Findings): string {
  return `---
# yaml-language-server: $schema=${schemaFile}
# Continuo: how tasks become landed changes in this repository.

project:
  name: ${scalar(project)}

${trackerSections(tracker)}
# Each task works in a checkout of its own below this folder.
workspace:
  root: ${scalar(workspaces)}

# Changes start from this branch and land on it.${tracker.kind === 'file' ? ' The path is relative to this file.' : ''}
repository:
  url: ${tracker.kind === 'file' ? '.' : scalar(tracker.url)}
  base: ${scalar(base)}

${agentSections(agent, check)}
# Every change has to pass these on a clean checkout of its commit. What fails goes back to the agent.${check === null ? '\n# TODO: put the command of your tests here.' : ''}
verify:
  checks:
    - name: test
      run: ${scalar(check ?? noCheck)}
      timeout_ms: 600000

# When a person has to approve: always, never, or risk (protected paths, deleted tests, new dependencies, ...).
review:
  human:
    when: always

${landSections(tracker)}
# A task that has spent this much stops and waits for a person.
budget:
  task_turns: 30
  task_tokens: 2000000
---
You are working on task {{ issue.identifier }}: {{ issue.title }}
{% if attempt %}
This is attempt {{ attempt }}. Look at what is in the working directory already before you go on.
{% endif %}
{{ issue.description }}
{% if issue.acceptance.size > 0 %}
The work is done when all of this holds:
{% for criterion in issue.acceptance %}- {{ criterion }}
{% endfor %}{% endif %}{% if issue.scope.size > 0 %}
Change only files that match: {{ issue.scope | join: ", " }}
{% endif %}
Rules:
- Work in the current directory only. Do not commit, push or switch branches: that is done for you.
- Keep the change as small as the task allows, and add or update tests for it.
- Run the tests before you finish. Never weaken or delete a test to make it pass.
- Finish with one line that sums up what you changed.
`;
}

function trackerSections(tracker: FoundTracker): string {
  if (tracker.kind === 'file') {
    return `# Tasks are Markdown files in this folder, one for each; only committed ones are worked on.
tracker:
  kind: file
  provider:
    path: tasks

# How often the tracker and this file are looked at.
polling:
  interval_ms: 5000
`;
  }
  const server = tracker.apiUrl === null ? '' : `\n    api_url: ${scalar(tracker.apiUrl)}`;
  return `# Open issues with this label are worked on. The token is in the environment variable GITHUB_TOKEN.
tracker:
  kind: github
  provider:
    repo: ${scalar(tracker.repo)}${server}
  required_labels: [${workLabel}]

# How often the tracker and this file are looked at.
polling:
  interval_ms: 30000
`;
}

function landSections({ kind }: FoundTracker): string {
  if (kind === 'file')
    return `# Verified and approved changes are rebased, verified again, and land as one commit.
land:
  mode: merge
  strategy: squash
`;
  return `# Changes are shown as pull requests, by the token of the tracker. A review there approves, and GitHub merges.
forge:
  kind: github
land:
  mode: pull_request
  strategy: squash
`;
}

function agentSections(agent: Findings['agent'], check: string | null): string {
  if (agent !== null && 'kind' in agent) {
    return `# The coding agent: it keeps one session for a whole task, and goes on in it after a crash.
agent:
  kind: ${agent.kind}
  max_concurrent_agents: 2
${check === null ? '' : approvals(check)}`;
  }
  return `agent:
  kind: command
  max_concurrent_agents: 2

# The coding agent: started by bash in the task's checkout with the prompt below on stdin.
# Exit code 0 ends the turn well, and its last line of output is the summary.${agent === null ? '\n# TODO: put the command of your agent here, or set agent.kind to codex, claude or acp.' : ''}
command:
  run: ${scalar(agent?.command ?? noAgent)}
`;
}

function approvals(check: string): string {
  return `  # What it may do without asking you; the first rule that fits decides.
  approvals:
    - kind: command
      pattern: ${scalar(check)}
      answer: allow
`;
}

/** Explains the folder of task files; the tracker ignores it. */
export const tasksReadme = `# Tasks

One Markdown file for each task, named \`<identifier>.md\`. Commit it, and \`continuo up\` starts to work on it.

\`\`\`markdown
---
title: Reject empty order numbers
state: Todo # Todo and In Progress are worked on; Done and Cancelled are over
priority: 2 # 1 is the most urgent
labels: [bug]
blocked_by: [] # identifiers of tasks that have to be done first
scope: [src/orders/**] # files that the change may touch; leave it out for no bound
acceptance: [An empty order number is refused with a clear message]
---

What is wrong, how to see it, and what is wanted instead.
\`\`\`

The state becomes \`Done\` in the commit that lands the change.
`;

function scalar(value: string): string {
  return stringify(value, { lineWidth: 0 }).trimEnd();
}
