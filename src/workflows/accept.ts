import { ApplicationFailure, log, setHandler, uuid4 } from '@temporalio/workflow';
import type { SignalDefinition, UpdateDefinition } from '@temporalio/common';
import type { Via } from '../domain/decision.js';
import { markSeen } from '../domain/task.js';
import type { Message, Receipt } from './messages.js';

/** How one kind of message is taken. */
interface Handling<M> {
  /** Reads the payload, whatever it is: signals are typed by hand in the Temporal UI. */
  read: (fields: Fields) => M;
  /** Why it cannot be taken now, or null. Synchronous: an asynchronous validator never refuses. */
  refuse: (message: M) => string | null;
  /** Takes effect; says what was done in a sentence. May throw when it turns out to be impossible. */
  apply: (message: M, via: Via) => string | Promise<string>;
}

/** The workflow that takes messages. */
export interface Taker {
  /** Ids of the messages that took effect; a repetition does nothing. */
  seen: string[];
  /** Records what was done, or why nothing was. */
  note: (text: string) => void;
}

/** Longer texts belong into the repository. */
const textLimit = 20_000;

/** The fields of a payload that nobody has checked. */
export class Fields {
  private readonly values: Record<string, unknown>;

  constructor(payload: unknown) {
    this.values = typeof payload === 'object' && payload !== null ? { ...payload } : {};
  }

  /** Empty when it is missing or no text. */
  text(name: string): string {
    const value = this.values[name];
    return typeof value === 'string' ? value : '';
  }

  /** 0 when it is missing or no number. */
  number(name: string): number {
    const value = this.values[name];
    return typeof value === 'number' ? value : 0;
  }

  isTrue(name: string): boolean {
    return this.values[name] === true;
  }

  /** What every message has; an id is made for one that was sent without. */
  message(): Message {
    return { id: this.text('id') || uuid4(), by: this.text('by') || 'unknown' };
  }
}

/** Takes one kind of message both as an Update, which may be refused, and as a Signal, which is then recorded and ignored. */
export function accept<M extends Message>(
  taker: Taker,
  update: UpdateDefinition<Receipt, [M]>,
  signal: SignalDefinition<[M]>,
  { read, refuse, apply }: Handling<M>,
): void {
  const isRepeated = ({ id }: M) => taker.seen.includes(id);
  const refusal = (message: M): string | null => {
    if (isRepeated(message)) return null;
    const tooLong = Object.values(message).some(
      (value) => typeof value === 'string' && value.length > textLimit,
    );
    return tooLong ? `a text has more than ${textLimit} characters` : refuse(message);
  };
  const take = async (message: M, via: Via): Promise<Receipt> => {
    if (!markSeen(taker.seen, message.id)) return { message: 'already recorded' };
    try {
      const receipt = await apply(message, via);
      taker.note(receipt);
      log.info('message taken', { message_kind: signal.name, by: message.by, via });
      return { message: receipt };
    } catch (error) {
      // It had no effect, so the same message may be sent again.
      taker.seen.splice(taker.seen.indexOf(message.id), 1);
      throw error;
    }
  };

  setHandler(update, (payload) => take(read(new Fields(payload)), 'update'), {
    validator: (payload: unknown) => {
      const reason = refusal(read(new Fields(payload)));
      if (reason !== null) throw ApplicationFailure.nonRetryable(reason, 'refused');
    },
  });
  setHandler(signal, async (payload) => {
    const message = read(new Fields(payload));
    const reason = refusal(message);
    if (reason !== null) {
      taker.note(`ignored a ${signal.name} by ${message.by}: ${reason}`);
      log.info('message ignored', { message_kind: signal.name, by: message.by, reason });
      return;
    }
    try {
      await take(message, 'signal');
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      taker.note(`a ${signal.name} by ${message.by} had no effect: ${error.message}`);
    }
  });
}
