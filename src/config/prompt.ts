import { Liquid, LiquidError } from 'liquidjs';
import type { Template } from 'liquidjs';
import type { Issue } from '../domain/issue.js';

export type PromptErrorCode = 'template_parse_error' | 'template_render_error';

/** The prompt template cannot be used, or fails for this issue (SPEC 5.5). */
export class PromptError extends Error {
  override readonly name = 'PromptError';

  constructor(
    readonly code: PromptErrorCode,
    /** Line of the template, counted from 1, where it is known. */
    readonly line: number | null,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** What a template can use. */
export interface PromptInput {
  issue: Issue;
  /** Null on the first run, then 1 and up: `{% if attempt %}` works. */
  attempt: number | null;
  round?: number;
  turn?: number;
  project?: string;
}

/** What an empty template stands for (SPEC 5.4), and the issue itself. */
const defaultTemplate = `You are working on an issue from the configured tracker.

{{ issue.identifier }}: {{ issue.title }}
{%- if issue.description %}

{{ issue.description }}
{%- endif %}
{%- if issue.acceptance.size > 0 %}

What must hold when the work is done:
{%- for criterion in issue.acceptance %}
- {{ criterion }}
{%- endfor %}
{%- endif %}`;

/** A template is the user's own, but a slip in it must not stop a worker's heartbeats or fill its memory. */
const limits = { parseLimit: 4_000_000, renderLimit: 2_000, memoryLimit: 100_000_000 };

// `templates` in place of a file system: `{% include %}` must not read this machine's files.
const engine = new Liquid({
  strictVariables: true,
  strictFilters: true,
  ownPropertyOnly: true,
  templates: {},
  cache: false,
  ...limits,
});

/** Throws a `PromptError` when the template cannot be parsed, or names a filter that does not exist. */
export function checkTemplate(template: string): void {
  parse(template);
}

/**
 * Renders the prompt of a first turn (SPEC 12). Unknown variables and filters fail. Throws a
 * `PromptError`, which fails this one attempt (SPEC 12.4).
 */
export function renderPrompt(template: string, input: PromptInput): string {
  const parsed = parse(template.trim() === '' ? defaultTemplate : template);
  const { issue, attempt, round = 1, turn = 1, project = '' } = input;
  try {
    return String(engine.renderSync(parsed, { issue, attempt, round, turn, project }));
  } catch (error) {
    throw promptError('template_render_error', error);
  }
}

function parse(template: string): Template[] {
  try {
    return engine.parse(template);
  } catch (error) {
    // The engine finds unknown filters while it parses; to the specification they are render errors.
    const unknownFilter = error instanceof Error && error.message.startsWith('undefined filter:');
    throw promptError(unknownFilter ? 'template_render_error' : 'template_parse_error', error);
  }
}

function promptError(code: PromptErrorCode, error: unknown): PromptError {
  const message = (error instanceof Error ? error.message : String(error)).replace(
    /, line:\d+, col:\d+$/,
    '',
  );
  const line = LiquidError.is(error) ? (error.token.getPosition()[0] ?? null) : null;
  return new PromptError(code, line, message, { cause: error });
}
