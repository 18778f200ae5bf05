import { afterEach, describe, expect, it } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import type { TurnOutcome } from '../../../src/workflows/ports.js';
import { TestHost } from './host.js';

const program = fileURLToPath(new URL('../../support/faulty-agent.mjs', import.meta.url));
/** In bytes; a turn may take four megabytes. */
const longestTranscript = 5 * 1024 * 1024;

let host: TestHost;
afterEach(() => host.remove());

function play(kind: string, fault: string, more = ''): Promise<TurnOutcome> {
  const command = `${process.execPath} ${program} ${kind} '${fault}' #`;
  host = new TestHost(`agent: { kind: ${kind} }\n${kind}: { command: ${JSON.stringify(command)}${more} }`);
  return host.runTurn();
}

describe.each(['codex', 'claude', 'acp'])('an agent of kind %s', (kind) => {
  it('may print what is no message, or none that is known: all of it is told, and nothing is fatal', async () => {
    expect(await play(kind, 'noise')).toMatchObject({ kind: 'completed', summary: 'Done.' });
    const transcript = host.readRun('transcript.log');
    for (const words of ['garbage', '\ufffd\ufffd', 'xxxxxxxx', 'not understood', 'no-such-request-2'])
      expect(transcript).toContain(words);
    expect(transcript.length).toBeLessThan(longestTranscript);
  });

  it('may flood, and its story stays short', async () => {
    expect(await play(kind, 'a flood of lines')).toMatchObject({ kind: 'completed', summary: 'Done.' });
    const transcript = host.readRun('transcript.log');
    expect(transcript).toContain('the rest of this turn is too long and left out');
    expect(transcript.length).toBeLessThan(longestTranscript);
  });

  it('may say more than a history takes', async () => {
    const { summary } = (await play(kind, 'a text of 10 MB')) as { summary: string };
    expect(summary).toBe(`${'y'.repeat(2_000)}…`);
    expect(host.readRun('transcript.log').length).toBeLessThan(longestTranscript);
  });

  it.each([
    ['exits at once', 'startup_failed', 'what a bad day'],
    // Codex answers when the turn has begun, claude and acp when it is over.
    ['half a line', kind === 'codex' ? 'startup_failed' : 'port_exit', 'ended with 0'],
    ['a flood of requests', 'output_limit', 'requests open at once'],
  ])('that ends, or does not know an end, fails: %s (AGT-07)', async (fault, category, words) => {
    const outcome = await play(kind, fault);
    expect(outcome).toMatchObject({ kind: 'failed', category, message: expect.stringContaining(words) });
    expect(await host.running()).toEqual([]);
  });

  it.each(['hangs', 'another id', 'noise for ever'])(
    'that does not answer is ended: %s (AGT-15)',
    async (fault) => {
      const outcome = await play(kind, fault, ', read_timeout_ms: 1000');
      const message = `${kind} did not answer within 1000 ms: see ${kind}.read_timeout_ms`;
      expect(outcome).toMatchObject({ kind: 'failed', category: 'response_timeout', message });
      expect(await host.running()).toEqual([]);
    },
  );
});
