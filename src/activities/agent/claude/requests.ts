import { z } from 'zod';
import type { Reply, Request } from '../session/backend.js';
import type { CanUseTool } from './schema.js';
import { AskUser } from './schema.js';

/** A use of a tool that waits for its permission. */
export interface Permission {
  id: string;
  tool: string;
  input: Record<string, unknown>;
}

const text = z.string().optional().catch(undefined);
/** What the inputs of most tools are about. */
const Subjects = z.object({ command: text, file_path: text, notebook_path: text }).catch({});

const askTool = 'AskUserQuestion';
const longestInput = 1_000;

export function permissionOf(id: string, { tool_name, input }: CanUseTool): Permission {
  return { id, tool: tool_name, input };
}

/** What is asked for a permission: one thing, or each question of the model's to its user. */
export function requestsOf({ id, tool, input }: Permission): Request[] {
  const questions = tool === askTool ? AskUser.safeParse(input).data?.questions : undefined;
  if (questions !== undefined) {
    return questions.map(({ question, options }, index) => ({
      id: `${id}/${index}`,
      kind: 'question',
      subject: askTool,
      text: [question, ...options.map(describeOption)].join('\n'),
      options: options.map(({ label }) => label),
    }));
  }
  return [{ id, ...whatOf(tool, input), options: ['allow', 'deny'] }];
}

/** The response once all of it is answered, null before that. */
export function responseTo(permission: Permission, replies: ReadonlyMap<string, Reply>): object | null {
  const { id, input } = permission;
  const answered = requestsOf(permission).map(({ id: request }) => replies.get(request));
  const given = answered.filter((reply) => reply !== undefined);
  if (given.length < answered.length) return null;
  const refusal = given.find(({ verdict }) => verdict === 'deny');
  const response =
    refusal === undefined
      ? { behavior: 'allow', updatedInput: withAnswers(input, given) }
      : { behavior: 'deny', message: refusal.text };
  return { type: 'control_response', response: { subtype: 'success', request_id: id, response } };
}

/** For people, in one line. */
export function describePermission(permission: Permission): string {
  return requestsOf(permission)
    .map(({ text }) => text)
    .join('; ');
}

function withAnswers(input: Record<string, unknown>, replies: Reply[]): Record<string, unknown> {
  const { questions } = AskUser.safeParse(input).data ?? {};
  if (questions === undefined) return input;
  const answers = questions.map(({ question }, index) => [question, replies[index]?.text ?? '']);
  return { ...input, answers: Object.fromEntries(answers) };
}

function whatOf(tool: string, input: Record<string, unknown>): Pick<Request, 'kind' | 'subject' | 'text'> {
  const command = commandOf(input);
  if (tool === 'Bash' && command !== null)
    return { kind: 'command', subject: command, text: `Run \`${command}\`?` };
  const path = changedPath(tool, input);
  if (path !== null) return { kind: 'edit', subject: path, text: `Change ${path} (${tool})?` };
  const shown = JSON.stringify(input).slice(0, longestInput);
  return { kind: 'tool', subject: tool, text: `Use ${tool} with ${shown}?` };
}

/** The command line that a use of a tool runs, or null. */
export function commandOf(input: unknown): string | null {
  return Subjects.parse(input).command ?? null;
}

/** The file that a use of this tool changes, or null. */
export function changedPath(tool: string, input: unknown): string | null {
  const { file_path, notebook_path } = Subjects.parse(input);
  return tool === 'Read' ? null : (file_path ?? notebook_path ?? null);
}

function describeOption({ label, description }: { label: string; description: string }): string {
  return description === '' ? `- ${label}` : `- ${label}: ${description}`;
}
