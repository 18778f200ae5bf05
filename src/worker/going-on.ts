import type { LiveProgram } from './keepers.js';

/** What a person should know of programs that go on when their worker has ended. Nothing when there is none. */
export function goingOn(running: readonly Pick<LiveProgram, 'kind'>[], leaseMs: number): string[] {
  if (running.length === 0) return [];
  const minutes = Math.max(Math.round(leaseMs / 60_000), 1);
  return [
    `${count(running)} ${running.length === 1 ? 'goes' : 'go'} on without a worker, for ${minutes} min at most ` +
      '(keeper.lease_ms); a `continuo up` within that time attaches.',
    '  continuo ps               see what runs',
    '  continuo down --agents    end it',
  ];
}

const plurals = { agent: 'agents', check: 'checks', hook: 'hooks' } as const;

/** `2 agents and 1 check`. */
function count(running: readonly Pick<LiveProgram, 'kind'>[]): string {
  const kinds = ['agent', 'check', 'hook'] as const;
  return kinds
    .map((kind) => ({ kind, number: running.filter((program) => program.kind === kind).length }))
    .filter(({ number }) => number > 0)
    .map(({ kind, number }) => `${number} ${number === 1 ? kind : plurals[kind]}`)
    .join(' and ');
}
