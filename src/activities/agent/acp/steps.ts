import type { TurnFault } from '../../../domain/failure.js';
import type { AgentEvent } from '../agent.js';
import type { ThreadEnd } from '../session/backend.js';
import { isLoginWanted, notLoggedIn, promptFault } from './faults.js';
import type { Wishes } from './lines.js';
import type { RpcError } from './schema.js';
import { Initialized, Opened, Prompted } from './schema.js';
import { fallSilent } from './speech.js';
import type { AcpThread, Step } from './thread.js';
import { asking } from './thread.js';
import { settle, spendAnew, tokensOf, usageOf } from './usage.js';

type Emit = (event: AgentEvent) => void;

const version = 1;

/** The agent has done what it was asked: what it is asked next, or how the turn has ended. */
export function answered(thread: AcpThread, result: unknown, wishes: Wishes, emit: Emit): AcpThread {
  switch (thread.step) {
    case 'initialize':
      return initialized(thread, result, wishes);
    case 'authenticate':
      return asking(thread, stepToSession(thread));
    case 'new':
    case 'resume':
    case 'load':
      return opened(thread, result, wishes, emit);
    case 'mode':
      return asking(thread, wishes.model === undefined ? 'prompt' : 'model');
    case 'model':
      return asking(thread, 'prompt');
    case 'prompt':
      return prompted(thread, result, emit);
  }
}

/** The agent refuses what it was asked. */
export function refused(thread: AcpThread, error: RpcError, wishes: Wishes, emit: Emit): AcpThread {
  const { step, logins } = thread;
  const failed = (category: TurnFault, what: string): AcpThread =>
    ended(thread, { kind: 'failed', category, message: `${what}: ${error.message}` });
  if (step === 'prompt') return interruptedOr(thread, null, promptFault(error, logins), emit);
  if (isLoginWanted(error) || step === 'authenticate')
    return ended(thread, notLoggedIn(error.message, logins));
  switch (step) {
    case 'resume':
    case 'load':
      // Agents have no common word for a session that they do not know.
      emit({
        type: 'other',
        text: `session ${thread.wanted ?? ''} cannot be gone on with: ${error.message}`,
      });
      return asking(thread, 'new');
    case 'mode':
      return failed('response_error', `the agent does not take acp.mode ${wishes.mode ?? ''}`);
    case 'model':
      return failed('model_unavailable', `the agent does not take acp.model ${wishes.model ?? ''}`);
    case 'initialize':
    case 'new':
      return failed('response_error', `the agent refuses ${step === 'new' ? 'session/new' : step}`);
  }
}

function initialized(thread: AcpThread, result: unknown, wishes: Wishes): AcpThread {
  const parsed = Initialized.safeParse(result);
  if (!parsed.success) return unreadable(thread, result);
  const { protocolVersion, agentCapabilities, authMethods } = parsed.data;
  if (protocolVersion !== version) {
    const message = `the agent speaks version ${protocolVersion} of ACP, and this version of Continuo ${version}`;
    return ended(thread, { kind: 'failed', category: 'response_error', message });
  }
  const known: AcpThread = {
    ...thread,
    canResume: agentCapabilities?.sessionCapabilities?.resume != null,
    canLoad: agentCapabilities?.loadSession ?? false,
    logins: authMethods ?? [],
  };
  return asking(known, wishes.authMethod === undefined ? stepToSession(known) : 'authenticate');
}

/** To resume repeats nothing, and is the better way where there are both. */
function stepToSession({ wanted, canResume, canLoad }: AcpThread): Step {
  if (wanted === null) return 'new';
  if (canResume) return 'resume';
  return canLoad ? 'load' : 'new';
}

function opened(thread: AcpThread, result: unknown, wishes: Wishes, emit: Emit): AcpThread {
  const { step, wanted, isDelivered, spending } = thread;
  const parsed = Opened.safeParse(result);
  const isNew = step === 'new';
  const id = isNew ? parsed.data?.sessionId : wanted;
  if (!parsed.success || id == null) return unreadable(thread, result);
  emit({ type: 'session', id, resumed: !isNew });
  const known: AcpThread = {
    ...thread,
    id,
    isDelivered: isDelivered && !isNew,
    opening: isNew ? (wanted === null ? 'first' : 'lost') : 'next',
    modelOption: parsed.data.configOptions?.find(({ category }) => category === 'model')?.id ?? null,
    spending: isNew ? spendAnew(spending) : spending,
  };
  if (wishes.mode !== undefined) return asking(known, 'mode');
  return asking(known, wishes.model === undefined ? 'prompt' : 'model');
}

function prompted(thread: AcpThread, result: unknown, emit: Emit): AcpThread {
  const parsed = Prompted.safeParse(result);
  if (!parsed.success) return unreadable(thread, result);
  const speech = fallSilent(thread.speech, emit);
  return interruptedOr({ ...thread, speech }, parsed.data, judge(parsed.data, speech.last), emit);
}

/** A turn that was interrupted for a remark goes on with it; any other has ended. */
function interruptedOr(thread: AcpThread, result: Prompted | null, end: ThreadEnd, emit: Emit): AcpThread {
  const speech = fallSilent(thread.speech, emit);
  const spending = settle(thread.spending, result);
  const usage = usageOf(spending);
  emit({ type: 'usage', usage });
  const settled: AcpThread = { ...thread, speech, spending, usage, requests: [] };
  return thread.remark === null ? ended(settled, end) : asking(settled, 'prompt');
}

function judge(prompted: Prompted, summary: string | null): ThreadEnd {
  const { stopReason } = prompted;
  const failed = (message: string): ThreadEnd => ({ kind: 'failed', category: 'turn_failed', message });
  switch (stopReason) {
    case 'end_turn': {
      const { input, output } = tokensOf(prompted) ?? { input: 0, output: 0 };
      // Some end in this way when their model cannot be reached.
      if (summary === null && input + output === 0)
        return failed('the agent ended its turn without a word or a token');
      return { kind: 'completed', summary: summary ?? '' };
    }
    case 'cancelled':
      return failed('the agent says that its turn was cancelled');
    case 'refusal':
      return failed(`the agent refuses to go on${summary === null ? '' : `: ${summary}`}`);
    case 'max_tokens':
      return failed('the model has come to the end of the tokens that it may give');
    case 'max_turn_requests':
      return failed('the agent has asked its model as often as it may in one turn');
    default:
      return failed(`the agent ended its turn for a reason that this version does not know: ${stopReason}`);
  }
}

function unreadable(thread: AcpThread, result: unknown): AcpThread {
  const message = `the answer to ${thread.step} is not one of ACP: ${JSON.stringify(result).slice(0, 500)}`;
  return ended(thread, { kind: 'failed', category: 'response_error', message });
}

function ended(thread: AcpThread, end: ThreadEnd): AcpThread {
  return { ...thread, end };
}
