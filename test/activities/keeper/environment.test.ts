import { describe, expect, it } from '@jest/globals';
import {
  childEnvironment,
  hookEnvironment,
  withoutSecrets,
} from '../../../src/activities/keeper/environment.js';
import { parseConfig } from '../../../src/config/parse.js';

const operator = {
  PATH: '/bin',
  HOME: '/home/op',
  LC_TIME: 'C',
  GITHUB_TOKEN: 'secret',
  JIRA_TOKEN: 'secret',
  TEMPORAL_API_KEY: 'secret',
  MODEL_KEY: 'model',
  UNSET: undefined,
};

describe('childEnvironment', () => {
  it('lets in the whitelist, the variables that are passed through by name, and the facts', () => {
    expect(childEnvironment(operator, ['MODEL_KEY', 'UNSET'], { TMPDIR: '/tmp/x' })).toEqual({
      PATH: '/bin',
      HOME: '/home/op',
      LC_TIME: 'C',
      MODEL_KEY: 'model',
      TMPDIR: '/tmp/x',
    });
  });
});

const config = parseConfig(
  '/project/WORKFLOW.md',
  `---
tracker: { kind: file, provider: { api_key: $GITHUB_TOKEN, nested: [{ url: "https://u:\${JIRA_TOKEN}@host" }] } }
agent: { kind: command }
command: { run: agent }
repository: { url: . }
land: { mode: merge }
---
`,
  {},
);

describe('hookEnvironment', () => {
  it("is the operator's, less Temporal's and what the tracker declares at any depth (TOOL-05, SEC-05)", () => {
    expect(hookEnvironment(operator, config)).toEqual({
      PATH: '/bin',
      HOME: '/home/op',
      LC_TIME: 'C',
      MODEL_KEY: 'model',
    });
  });
});

describe('withoutSecrets', () => {
  it('lets no secret through that the workflow file names by mistake', () => {
    const names = ['MODEL_KEY', 'JIRA_TOKEN', 'TEMPORAL_API_KEY'];
    expect(withoutSecrets(names, config)).toEqual(['MODEL_KEY']);
  });
});
