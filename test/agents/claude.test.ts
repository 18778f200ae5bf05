import { afterEach, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { callTools, say, ScriptedModel, tools } from '../support/scripted-model/index.js';
import type { Script } from '../support/scripted-model/index.js';
import { TestHost } from '../activities/agent/host.js';
import { describeAgent } from './support/binary.js';
import { agentHome } from './support/home.js';

let model: ScriptedModel;
let host: TestHost;

const { write, shell } = tools.claude;
const passed =
  '[ANTHROPIC_BASE_URL, ANTHROPIC_API_KEY, CLAUDE_CONFIG_DIR, CLAUDE_CODE_OAUTH_TOKEN, CLAUDE_CODE_MAX_RETRIES]';

interface Setting {
  /** Lines of the section `claude`, as the inside of a YAML map. */
  claude?: string;
  /** The same of the section `agent`. */
  agent?: string;
  /** Whole sections. */
  more?: string;
  env?: NodeJS.ProcessEnv;
}

describeAgent('claude', (binary) => {
  afterEach(async () => {
    await host.remove();
    await model.close();
  });

  async function begin(script: Script, { claude = '', agent = '', more = '', env = {} }: Setting = {}) {
    model = await ScriptedModel.start(script);
    const sections = `agent: { kind: claude, env: ${passed}${agent && `, ${agent}`} }
claude: { command: ${JSON.stringify(binary)}, read_timeout_ms: 120000${claude && `, ${claude}`} }
${more}`;
    const home: NodeJS.ProcessEnv = {};
    host = new TestHost(sections, undefined, home);
    Object.assign(home, agentHome('claude', join(host.folder, 'home'), model.port), {
      CLAUDE_CODE_MAX_RETRIES: '1',
      ...env,
    });
  }

  const asked = () => model.scripted.map(({ conversation }) => JSON.stringify(conversation));

  it('edits a file, runs a tool, and tells its story', async () => {
    await begin(
      [
        callTools([write('note.txt', 'first\n')], { thinking: 'A file is wanted.', text: 'I write it.' }),
        callTools([shell('echo second >> note.txt')]),
        say('The note is written.'),
      ],
      { claude: 'allowed_tools: [Bash]' },
    );
    expect(await host.runTurn()).toMatchObject({
      kind: 'completed',
      summary: 'The note is written.',
      usage: { inputTokens: 300, outputTokens: 30, totalTokens: 330 },
    });
    expect(host.read('note.txt')).toBe('first\nsecond\n');
    expect(asked()[0]).toContain('Work on Add the sum.');
    expect(model.repeated).toEqual([]);
    const story = host.readRun('transcript.log');
    expect(story).toContain('thinks: A file is wanted.');
    expect(story).toContain('I write it.');
    expect(story).toContain('> Bash: echo second >> note.txt');
    expect(story).toContain('> files: ');
  });
});
