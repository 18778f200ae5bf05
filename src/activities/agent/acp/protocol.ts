import type { JournalRecord } from '../../keeper/protocol.js';
import type { AgentEvent, Turn } from '../agent.js';
import type { ThreadProtocol } from '../session/backend.js';
import { parseLine } from '../session/json-line.js';
import type { Wishes } from './lines.js';
import { answerKeyOf, cancelKeyOf, keyOf, linesOf, refusalKeyOf } from './lines.js';
import { permissionAsked } from './permissions.js';
import type { Message } from './schema.js';
import { PermissionAnswered, readMessage } from './schema.js';
import { answered, refused } from './steps.js';
import type { AcpThread } from './thread.js';
import { newThread, restarted } from './thread.js';
import { tellOther, update } from './updates.js';

type Emit = (event: AgentEvent) => void;
type Written = Extract<JournalRecord, { d: 'in' }>;

/** The Agent Client Protocol, version 1, for one turn: one session, and one prompt more for each remark. */
export function acpProtocol(turn: Turn, wishes: Wishes): ThreadProtocol<AcpThread> {
  const cwd = turn.workspace;

  function hear(thread: AcpThread, line: string, emit: Emit): AcpThread {
    const message = readMessage(line);
    return message === null ? tellOther(thread, line, emit) : take(thread, message, line, emit);
  }

  function take(thread: AcpThread, message: Message, line: string, emit: Emit): AcpThread {
    switch (message.kind) {
      case 'notification':
        if (message.method === 'session/update') return update(thread, message.params, emit, cwd);
        return tellOther(thread, line, emit);
      case 'request': {
        const { id: rpcId, method, params } = message;
        const asked =
          method === 'session/request_permission' ? permissionAsked(thread, rpcId, params, cwd) : null;
        if (asked !== null) return asked;
        const number = thread.asked + 1;
        const unoffered = [...thread.unoffered, { number, rpcId, method }];
        return { ...tellOther(thread, line, emit), asked: number, unoffered };
      }
      case 'answer':
        if (message.id !== thread.number) return tellOther(thread, line, emit);
        return answered(thread, message.result, wishes, emit);
      case 'refusal':
        if (message.id !== thread.number) return tellOther(thread, line, emit);
        return refused(thread, message.error, wishes, emit);
    }
  }

  return {
    initial: newThread(turn),

    apply(thread, record, emit) {
      if (record.d === 'out' && record.s.trim() !== '') return hear(thread, record.s, emit);
      return record.d === 'in' ? written(thread, record, emit) : thread;
    },

    restart: (thread) => restarted(thread, turn),

    next: (thread, said) => linesOf(thread, said, turn, wishes),
  };
}

/** What was written may have been delivered. */
function written(thread: AcpThread, { key, s }: Written, emit: Emit): AcpThread {
  if (key === keyOf(thread) && thread.step === 'prompt') return promptWritten(thread);
  if (key.startsWith(cancelKeyOf(''))) return { ...thread, remark: key.slice(cancelKeyOf('').length) };
  const answer = thread.requests.find(({ id }) => answerKeyOf(id) === key);
  if (answer === undefined)
    return { ...thread, unoffered: thread.unoffered.filter((one) => refusalKeyOf(one) !== key) };
  const optionId = PermissionAnswered.safeParse(parseLine(s)).data?.result.outcome.optionId;
  emit({
    type: 'approval',
    action: answer.subject,
    granted: optionId !== undefined && optionId === answer.allow,
  });
  return { ...thread, requests: thread.requests.filter((one) => one !== answer) };
}

function promptWritten(thread: AcpThread): AcpThread {
  const { remark, heard, speech } = thread;
  return {
    ...thread,
    isStarting: false,
    isPrompted: true,
    isDelivered: true,
    remark: null,
    heard: remark === null ? heard : [...heard, remark],
    speech: { ...speech, last: null },
  };
}
