import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ReviewHost } from './host.js';

const lines = Array.from({ length: 40 }, (_, at) => `line ${at + 1}`).join('\r\n');
let host: ReviewHost;

beforeEach(() => {
  host = new ReviewHost(
    { 'gone.js': 'old one\nold two\n', 'kept.js': 'before\n' },
    { 'gone.js': null, 'kept.js': 'after\n', 'src/long.js': `${lines}\r\n`, 'Upper.js': 'x\n' },
  );
});
afterEach(() => host.remove());

const about = (changes: object) => ({ severity: 'blocking', claim: 'It is wrong', ...changes });

describe('what a reviewer says', () => {
  it.each([
    [{ file: 'nowhere.js', line: 1 }, 'there is no file nowhere.js'],
    [{ file: 'upper.js', line: 1 }, 'there is no file upper.js'],
    [{ file: 'src', line: null }, 'there is no file src'],
    [{ file: '../WORKFLOW.md' }, 'there is no file ../WORKFLOW.md'],
    [{ file: '/etc/passwd', line: 1 }, 'there is no file /etc/passwd'],
    [{ file: 'src/long.js', line: 41 }, 'src/long.js has 40 lines, so that there is no line 41'],
    [{ file: 'src/long.js', line: 0 }, 'src/long.js has 40 lines, so that there is no line 0'],
    [{ file: 'gone.js', line: 3 }, 'gone.js has 2 lines, so that there is no line 3'],
    [{ file: 'src/long.js', line: 2, quote: 'line 30' }, 'what it quotes is not in src/long.js near line 2'],
    [
      { file: 'src/long.js', line: 2, evidence: 'See `return nothing`.' },
      'what it quotes is not in src/long.js near line 2',
    ],
    [{ file: 'kept.js', line: 1, quote: 'never there' }, 'what it quotes is not in kept.js near line 1'],
  ])('is a note when it does not hold: %j', async (place, doubt) => {
    expect(await host.findings(about(place))).toMatchObject([
      { severity: 'note', doubt, claim: 'It is wrong' },
    ]);
  });

  it.each([
    { file: null, line: null },
    { file: 'src/long.js', line: 40 },
    { file: './src/long.js', line: 12, quote: 'line 10\nline 11' },
    { file: 'src/long.js', line: 12, quote: '+line 13' },
    { file: 'src/long.js', line: null, evidence: 'It says `line 33` there; I ran ``npm test``.' },
    { file: 'gone.js', line: 2, quote: 'old two' },
    { file: 'kept.js', line: 1, quote: '-before' },
  ])('keeps its severity when it holds: %j', async (place) => {
    expect(await host.findings(about(place))).toMatchObject([{ severity: 'blocking', doubt: null }]);
  });

  it('has an id that stands for file, line and claim, or is the one of the earlier finding', async () => {
    const place = { file: 'kept.js', line: 1 };
    const [first, other] = await host.findings(about(place), about({ ...place, claim: 'Else' }));
    expect(first?.id).toMatch(/^[0-9a-f]{10}$/);
    expect(other?.id).not.toBe(first?.id);

    const earlier = [
      {
        ...first!,
        sources: ['bugs'],
        sha: 'a',
        round: 1,
        resolution: { kind: 'open' as const, refuted: null },
      },
    ];
    const answer = {
      findings: [
        about({ file: 'kept.js', claim: 'Still so', id: first!.id }),
        about({ claim: 'New', id: first!.id }),
      ],
    };
    const outcome = await host.review(`echo '${JSON.stringify(answer)}'`, {}, { round: 2, earlier });
    const ids = outcome.kind === 'reviewed' ? outcome.findings.map(({ id }) => id) : [];
    expect(ids[0]).toBe(first!.id);
    expect(ids[1]).not.toBe(first!.id);
  });

  it('has bounds, and no character that moves a cursor', async () => {
    const [finding] = await host.findings(
      about({ claim: `\u001b[2J${'x'.repeat(1000)}`, evidence: 'e'.repeat(5000) }),
    );
    expect(finding?.claim).toHaveLength(300);
    expect(finding?.claim.startsWith('[2Jx')).toBe(true);
    expect(finding?.evidence).toHaveLength(1000);
  });

  it('is of no use when it is too much', async () => {
    await expect(host.findings(...Array.from({ length: 21 }, () => about({})))).rejects.toThrow('findings');
  });
});
