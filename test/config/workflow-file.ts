/** A workflow file that can be used, with its parts exchanged. */
export function workflowText(
  parts: Record<string, string> = {},
  prompt = 'Work on {{ issue.title }}.',
): string {
  const sections: Record<string, string> = {
    project: '{ name: shop }',
    tracker: '{ kind: file }',
    agent: '{ kind: command }',
    command: '{ run: ./agent }',
    repository: '{ url: . }',
    land: '{ mode: merge }',
    ...parts,
  };
  const lines = Object.entries(sections).flatMap(([key, value]) =>
    value === '-' ? [] : [`${key}: ${value}`],
  );
  return ['---', ...lines, '---', '', prompt, ''].join('\n');
}
