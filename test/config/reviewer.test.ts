import { describe, expect, it } from '@jest/globals';
import { parseConfig } from '../../src/config/parse.js';
import { kindOfReviewer, reviewerConfig } from '../../src/config/reviewer.js';
import { workflowText } from './workflow-file.js';

const sections = {
  agent: '{ kind: claude, approvals: [{ kind: command, answer: allow }] }',
  claude: '{ command: claude, model: opus }',
  command: '{ run: ours, timeout_ms: 5000 }',
};

function configOf(reviewer: string) {
  const agents = `[{ name: bugs, prompt: Look, ${reviewer} }]`;
  const text = workflowText({ ...sections, review: `{ agents: ${agents} }` });
  const config = parseConfig('/srv/shop/WORKFLOW.md', text, {});
  const [first] = config.review!.agents;
  return { kind: kindOfReviewer(first!, config.agent), ...reviewerConfig(config, first!) };
}

describe('the agent of a reviewer', () => {
  it("is the project's own unless something else is said, and asks nobody", () => {
    const { kind, agent, claude } = configOf('timeout_ms: 9000');
    expect({ kind, claude }).toMatchObject({ kind: 'claude', claude: { command: 'claude', model: 'opus' } });
    expect(agent).toMatchObject({
      kind: 'claude',
      approvals: [{ kind: 'command', answer: 'allow' }, { answer: 'deny' }],
    });
  });

  it('is a command where there is a command line alone', () => {
    expect(configOf('run: theirs, timeout_ms: 9000')).toMatchObject({
      kind: 'command',
      agent: { kind: 'command' },
      command: { run: 'theirs', timeout_ms: 9000 },
    });
    expect(configOf('agent: command')).toMatchObject({ kind: 'command', command: { run: 'ours' } });
  });

  it.each([
    ['codex', 'codex app-server -c model="o3"'],
    ['claude', 'claude --model haiku'],
    ['acp', 'opencode acp'],
  ] as const)('is of the kind that is named, %s, started by its own command line', (kind, run) => {
    const config = configOf(`agent: ${kind}, run: ${JSON.stringify(run)}`);
    expect(config).toMatchObject({ kind, agent: { kind } });
    expect(config[kind]?.command).toBe(run);
  });
});
