import { sessionId } from '../domain/session-id.js';

/** What leads from a line of the log to its issue, task and session (SPEC 13.1). */
export interface LogFields {
  project?: string;
  /** The identifier, as commands take it. */
  task?: string;
  issue_id?: string;
  issue_identifier?: string;
  /** `<thread>-<turn>` (SPEC 4.2). */
  session_id?: string;
}

/** The header by which an activity learns the fields of the workflow that asks for it. */
export const logFieldsHeader = 'continuo-log-fields';

/** The fields that the input of a workflow or an activity tells. Takes anything, and leaves out what is not there. */
export function logFieldsOf(input: unknown): LogFields {
  const whole = parts(input);
  const entry = parts(whole.entry);
  const issue = parts(whole.issue);
  const project = text(whole.project) ?? text(entry.project);
  const identifier = text(whole.identifier) ?? text(issue.identifier) ?? text(entry.identifier);
  const issueId = text(whole.issueId) ?? text(issue.id) ?? text(entry.issueId);
  const { session, turn } = whole;
  return {
    ...(project !== undefined && { project }),
    ...(identifier !== undefined && { task: identifier, issue_identifier: identifier }),
    ...(issueId !== undefined && { issue_id: issueId }),
    ...(typeof session === 'string' && typeof turn === 'number' && { session_id: sessionId(session, turn) }),
  };
}

const longestReason = 300;

/** What a line says of a reason: its first line. What follows may be the output of a program. */
export function shortReason(text: string): string {
  return (text.split('\n', 1)[0] ?? '').slice(0, longestReason);
}

function parts(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
