import type { TaskStatus } from '../../domain/status.js';
import type { Word, WordAnswer } from './change-reader.js';
import type { Command } from './commands.js';
import { commandsIn, usage } from './commands.js';
import type { TaskLine, TaskMessage } from './task-line.js';

/** A task takes no longer text. */
const longestText = 20_000;

type Order = { kind: 'send'; message: TaskMessage } | { kind: 'refuse'; why: string } | { kind: 'hold' };

/**
 * Passes a person's word on to the task, as the messages that they would have sent. Null when it is not time for it yet, or
 * when nobody is there to hear it. Key: the word's id.
 */
export async function passOn(
  line: TaskLine,
  { taskWorkflowId, headSha }: { taskWorkflowId: string; headSha: string },
  word: Word,
): Promise<WordAnswer | null> {
  const status = await line.status(taskWorkflowId);
  if (status === null) return null;
  const orders = ordersIn(word, status, headSha);
  if (orders.some(({ kind }) => kind === 'hold')) return null;
  const refusals: string[] = [];
  for (const order of orders) {
    if (order.kind === 'refuse') refusals.push(order.why);
    if (order.kind !== 'send') continue;
    const receipt = await line.tell(taskWorkflowId, order.message);
    if (receipt.kind === 'gone') return null;
    if (receipt.kind === 'refused') refusals.push(receipt.why);
  }
  if (refusals.length === 0) return { kind: 'heeded' };
  return {
    kind: 'refused',
    why: `${refusals.join('; ')}.\n\nCommands, each at the beginning of a line: ${usage}`,
  };
}

function ordersIn(word: Word, status: TaskStatus, headSha: string): Order[] {
  const commands = commandsIn(word.text);
  const orders = word.verdict === null ? [] : [reviewed(word, word.verdict, status, headSha)];
  orders.push(...commands.map((command) => ordered(word, command, status, headSha)));
  if (orders.length === 0 && word.text.trim() !== '') orders.push(steer(word, word.text));
  return orders.map((order, index) => withId(order, index === 0 ? word.id : `${word.id}/${index + 1}`));
}

/** Each message has an id of its own, and the same one every time. */
function withId(order: Order, id: string): Order {
  if (order.kind !== 'send') return order;
  const { name, payload } = order.message;
  return { kind: 'send', message: { name, payload: { ...payload, id } } };
}

function send(word: Word, name: string, fields: Record<string, unknown>): Order {
  return { kind: 'send', message: { name, payload: { id: word.id, by: word.by, ...fields } } };
}

const steer = (word: Word, text: string) => send(word, 'steer', { note: text.slice(0, longestText) });

/** A review is about its commit, and waits until the task asks about that one. */
function reviewed(
  word: Word,
  verdict: 'approve' | 'request_changes',
  status: TaskStatus,
  head: string,
): Order {
  const { sha } = word;
  const shown = shownFor(status, verdict);
  if (shown !== null && sha === shown.sha) return decide(word, verdict, shown, word.text);
  if (sha === status.headSha || (sha === head && status.headSha === null)) return { kind: 'hold' };
  const of = (sha ?? '').slice(0, 12);
  if (verdict === 'approve')
    return {
      kind: 'refuse',
      why: `the approval is about ${of}, which is not what there is to approve any more`,
    };
  return steer(word, `About ${of}: ${noteOf(word.text)}`);
}

function ordered(word: Word, command: Command, status: TaskStatus, headSha: string): Order {
  switch (command.kind) {
    case 'approve':
    case 'request_changes':
    case 'reject':
      return decided(word, command, status, headSha);
    case 'budget':
      return send(word, 'raiseBudget', { usd: command.usd, tokens: 0, turns: 0, minutes: 0 });
    case 'unknown':
      return { kind: 'refuse', why: command.why };
    case 'retry':
    case 'pause':
    case 'resume':
    case 'cancel':
      return send(word, command.kind, { note: command.note.slice(0, longestText) });
    default:
      return command satisfies never;
  }
}

type Decided = Extract<Command, { kind: 'approve' | 'request_changes' | 'reject' }>;

/** A comment names no commit: it is about what people saw when it was written. */
function decided(word: Word, command: Decided, status: TaskStatus, headSha: string): Order {
  const shown = shownFor(status, command.kind);
  if (shown === null) return { kind: 'refuse', why: 'the task waits for no decision now' };
  const isOlder = !(Date.parse(word.at) >= Date.parse(status.waitsSince ?? ''));
  if (command.kind === 'approve' && (isOlder || headSha !== shown.sha))
    return {
      kind: 'refuse',
      why: `${shown.sha.slice(0, 12)} is newer than this: look at it, and say so again`,
    };
  return decide(word, command.kind, shown, command.kind === 'approve' ? '' : command.why);
}

function decide(word: Word, verdict: Decided['kind'], { sha, round }: Shown, text: string): Order {
  const note = verdict === 'approve' ? text : noteOf(text);
  return send(word, 'decide', { verdict, sha, round, note: note.slice(0, longestText) });
}

function noteOf(text: string): string {
  return text.trim() === '' ? 'See what is said on the lines' : text;
}

interface Shown {
  sha: string;
  round: number;
}

/** What can be decided about; a change that is to land may still be taken back. */
function shownFor({ waiting, phase, headSha, round }: TaskStatus, verdict: Decided['kind']): Shown | null {
  if (waiting?.kind === 'decision') return { sha: waiting.sha, round: waiting.round };
  return verdict !== 'approve' && phase === 'land' && headSha !== null ? { sha: headSha, round } : null;
}
