/** Error classes of the workflow file (SPEC 5.5, 11.4). */
export type ConfigErrorCode =
  | 'missing_workflow_file'
  | 'workflow_parse_error'
  | 'workflow_front_matter_not_a_map'
  | 'template_parse_error'
  | 'template_render_error'
  | 'config_invalid'
  | 'unsupported_tracker_kind'
  | 'invalid_tracker_config'
  | 'missing_tracker_secret';

/** One value that cannot be used. */
export interface ConfigProblem {
  /** Dotted path of the key, or '' for the whole file. */
  key: string;
  /** What stands there, shortened. */
  found: string;
  /** What may stand there. */
  allowed: string;
}

/** The workflow file cannot be used. The message is complete: it says what, where, and what to do. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(
    readonly code: ConfigErrorCode,
    readonly file: string,
    message: string,
    readonly problems: readonly ConfigProblem[] = [],
  ) {
    super(message);
  }
}
