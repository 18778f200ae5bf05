import { appendFile, stat } from 'node:fs/promises';
import { describeReport } from '../../domain/report.js';
import type { AgentEvent, Told } from './agent.js';

const totalLimit = 32 * 1024 * 1024;
const turnLimit = 4 * 1024 * 1024;
const leastLimit = 64 * 1024;
const leftOut =
  '> the rest of this turn is too long and left out; the journal of its keeper has it for a while';

/**
 * What an agent does, in a file that people read and that only grows. What cannot be written, on a full disk, is left
 * out: no work is lost for its story.
 */
export interface EventLog {
  file: string;
  write: (line: string) => Promise<void>;
  /**
   * Events follow, of an agent whose words begin at `from`. What another worker was told already, as far as the file
   * goes beyond that, is not written twice: the same events come as the same words.
   */
  goOn: (from: number) => Promise<void>;
  /** How much the agent may still print in this turn, in bytes. */
  room: () => Promise<number>;
  add: (told: readonly Told[]) => Promise<void>;
}

export function openEventLog(file: string): EventLog {
  let known = 0;
  let left = 0;
  const write = (line: string) => appendFile(file, `${line}\n`, { mode: 0o600 }).catch(() => undefined);
  return {
    file,
    write,
    async goOn(from) {
      known = (await sizeOf(file)) - from;
      left = roomAfter(from);
    },
    room: async () => roomAfter(await sizeOf(file)),
    async add(told) {
      const news: string[] = [];
      for (const { event } of told) {
        if (left <= 0) break;
        const whole = describeEvent(event);
        left -= Buffer.byteLength(whole) + 1;
        const text = left > 0 ? whole : leftOut;
        const bytes = Buffer.byteLength(text) + 1;
        if (known < bytes) news.push(text);
        known = Math.max(known - bytes, 0);
      }
      if (news.length > 0) await write(news.join('\n'));
    },
  };
}

function roomAfter(bytes: number): number {
  return Math.max(Math.min(totalLimit - bytes, turnLimit), leastLimit);
}

/** In bytes; 0 for a file that is not there. */
export async function sizeOf(file: string): Promise<number> {
  return (await stat(file).catch(() => null))?.size ?? 0;
}

/** As people read it. */
export function describeEvent(event: AgentEvent): string {
  switch (event.type) {
    case 'session':
      return `> ${event.resumed ? 'goes on with' : 'begins'} session ${event.id}`;
    case 'message':
      return event.text;
    case 'thinking':
      return `> thinks: ${event.text}`;
    case 'tool':
      return `> ${event.name}: ${event.detail}`;
    case 'result':
      return [`> ${event.name} ${event.ok === false ? 'failed' : 'ended'}`, ...indented(event.text)].join(
        '\n',
      );
    case 'files':
      return `> files: ${event.paths.join(', ')}`;
    case 'plan':
      return ['> plan:', ...event.steps.map(({ text, status }) => `>   ${status}: ${text}`)].join('\n');
    case 'usage':
      return `> tokens: ${event.usage.totalTokens}`;
    case 'report':
      return ['> reports:', ...describeReport(event.report).map((line) => `>   ${line}`)].join('\n');
    case 'question':
      return `> question: ${event.question.text}`;
    case 'approval':
      return `> ${event.granted ? 'granted' : 'refused'}: ${event.action}`;
    case 'rate_limit':
      return `> rate limit until ${event.until ?? 'a time that is not known'}: ${event.message}`;
    case 'other':
      return `> ${event.text}`;
  }
}

/** As a block of code in Markdown. */
function indented(text: string): string[] {
  return text.trimEnd() === ''
    ? []
    : [
        '',
        ...text
          .trimEnd()
          .split('\n')
          .map((line) => `    ${line}`),
        '',
      ];
}
