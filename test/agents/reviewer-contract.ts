import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from '@jest/globals';
import { ReviewHost } from '../activities/review/host.js';
import type { Script } from '../support/scripted-model/index.js';
import { callTools, say, ScriptedModel, tools } from '../support/scripted-model/index.js';
import { opencodeVariables } from './support/acp-host.js';
import type { AgentName } from './support/binary.js';
import { describeAgent } from './support/describe-agent.js';
import { agentHome } from './support/home.js';

/** The kind of agent in a workflow file, and the sections that it needs there. */
const kinds: Record<AgentName, { kind: string; tokensOfTwo?: number; sections: (binary: string) => string }> =
  {
    codex: {
      kind: 'codex',
      sections: (binary) => `agent: { kind: command, env: [CODEX_HOME, SCRIPTED_KEY] }
codex: { command: ${JSON.stringify(`${binary} app-server`)}, read_timeout_ms: 100000 }`,
    },
    claude: {
      kind: 'claude',
      sections: (
        binary,
      ) => `agent: { kind: command, env: [ANTHROPIC_BASE_URL, ANTHROPIC_API_KEY, CLAUDE_CONFIG_DIR, CLAUDE_CODE_MAX_RETRIES] }
claude: { command: ${JSON.stringify(binary)}, read_timeout_ms: 120000 }`,
    },
    opencode: {
      kind: 'acp',
      // It tells what the last request has used.
      tokensOfTwo: 110,
      sections: (binary) => `agent: { kind: command, env: ${opencodeVariables} }
acp: { command: ${JSON.stringify(`${binary} acp`)}, read_timeout_ms: 100000 }`,
    },
  };

const finding = {
  severity: 'blocking',
  file: 'sum.js',
  line: 2,
  claim: 'The second number is wrong',
  evidence: 'It says `two`',
  quote: 'two',
};

/** What every kind of agent does when it reviews. */
export function describeReviewer(name: AgentName): void {
  describeAgent(name, (binary) => {
    let host: ReviewHost;
    let model: ScriptedModel;
    let folder: string;
    afterEach(async () => {
      await host.remove();
      await model.close();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    });

    async function review(script: Script, containment = () => '{ level: none }') {
      // Codex has no sandbox where its home is in the folder for temporary files.
      folder = realpathSync(mkdtempSync(join(process.cwd(), 'node_modules', '.agents-review-')));
      model = await ScriptedModel.start(script);
      host = new ReviewHost({ 'readme.md': 'hello\n' }, { 'sum.js': 'one\ntwo\n' });
      const { kind, sections } = kinds[name];
      const env = { ...agentHome(name, join(folder, 'home'), model.port), CLAUDE_CODE_MAX_RETRIES: '1' };
      const agents = `${sections(binary)}\ncommand: { run: "true" }`;
      return host.review({ agent: kind }, { agents, env, containment: containment(), timeoutMs: 120_000 });
    }

    const printed = () => {
      const folder = join(host.runPath, 'reviews');
      const [log] = readdirSync(folder).filter((file) => file.endsWith('.log'));
      return readFileSync(join(folder, log!), 'utf8');
    };

    it('reviews in one turn, changes nothing, and says what it costs', async () => {
      const outcome = await review([
        callTools([tools[name].write('sum.js', 'hacked\n')], { text: 'I try to mend it.' }),
        say(`I could not. ${JSON.stringify({ findings: [finding] })}`),
      ]);
      expect(outcome).toMatchObject({
        kind: 'reviewed',
        findings: [{ severity: 'blocking', file: 'sum.js', line: 2, doubt: null }],
        usage: { totalTokens: kinds[name].tokensOfTwo ?? 220 },
      });
      expect(model.scripted).toHaveLength(2);
      const [first, second] = model.scripted.map(({ conversation }) => JSON.stringify(conversation));
      expect(first).toContain('Look for bugs in Add the numbers.');
      expect(second).toContain('I try to mend it.');
      expect(printed()).toContain('I try to mend it.');
      expect(host.repository.git('rev-parse', 'HEAD')).toBe(host.sha);
    });

    it('reviews inside of the sandbox, where it has one', async () => {
      const outcome = await review(
        [
          callTools([tools[name].shell('cat sum.js; echo hacked > sum.js; echo "wrote: $?"')]),
          say(JSON.stringify({ findings: [finding] })),
        ],
        () =>
          `{ host_ports: [${model.port}], readable: [${JSON.stringify(process.cwd())}], writable: [${JSON.stringify(folder)}] }`,
      );
      expect(outcome).toMatchObject({ kind: 'reviewed', findings: [{ doubt: null }] });
      expect(printed()).not.toContain('wrote: 0');
    });

    it('asks once more what is no answer, and approves nothing by it', async () => {
      const outcome = await review([say('Looks good to me.'), say('Really, it does.')]);
      expect(outcome).toMatchObject({
        kind: 'failed',
        message: expect.stringContaining('does not end with a JSON object'),
        usage: { totalTokens: 220 },
      });
    });
  });
}
