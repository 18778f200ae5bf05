import { isBinding } from './requirements.js';
import type { Requirement, Requirements } from './requirements.js';
import type { Shown } from './shown.js';

const introduction = `# Conformance

How this version meets the Symphony service specification. Each requirement has an id of ours, its level and its
section there. \`described\` is what the specification says in plain words or pseudo-code; it binds as a MUST does.
“Here” says what Continuo does where that is not simply the rule, and the last column names the tests that show it.

This page is made from the list in
[requirements.yaml](../test/support/conformance/requirements.yaml) and the titles of the tests by
\`npm run conformance\`. A test fails when it is out of date, when a test names an id that there is not, and when a
binding requirement has neither a test nor a reason.
`;

/** The page as Markdown. */
export function renderPage({ areas }: Requirements, shown: readonly Shown[]): string {
  const sections = areas.flatMap(({ title, later, requirements }) => {
    const rows = Object.entries(requirements).flatMap(([id, requirement]) => {
      const tests = shown.filter((one) => one.id === id);
      return isWorthARow(requirement, tests, later)
        ? [rowOf(id, requirement, evidenceOf(requirement, tests, later))]
        : [];
    });
    if (rows.length === 0) return [];
    return [`## ${title}`, table(rows)];
  });
  return `${[introduction.trim(), ...sections].join('\n\n')}\n`;
}

/** What is not binding is listed where we do it. */
function isWorthARow(requirement: Requirement, tests: readonly Shown[], later: string | undefined): boolean {
  const isOwed = isBinding(requirement) || later !== undefined;
  return isOwed || tests.length > 0 || requirement.reason !== undefined;
}

function rowOf(id: string, { level, section, rule, here }: Requirement, evidence: string): string[] {
  return [id, level, section, rule, here ?? '', evidence];
}

function evidenceOf({ reason }: Requirement, tests: readonly Shown[], later: string | undefined): string {
  if (reason !== undefined) return `does not apply: ${reason}`;
  if (tests.length === 0) return later === undefined ? 'to come' : `to come: ${later}`;
  return [...new Set(tests.map(({ file }) => file))]
    .map((file) => {
      const titles = new Set(tests.filter((one) => one.file === file).map(({ title }) => title));
      return `[${file.replace(/^test\//, '')}](../${file}): ${[...titles].join('; ')}`;
    })
    .join('<br>');
}

function table(rows: readonly string[][]): string {
  const heading = ['id', 'level', 'section', 'rule', 'here', 'shown by'];
  const line = (cells: readonly string[]) => `| ${cells.map(escaped).join(' | ')} |`;
  return [line(heading), line(heading.map(() => '---')), ...rows.map(line)].join('\n');
}

function escaped(cell: string): string {
  return cell.replace(/\s+/g, ' ').replaceAll('|', '\\|').replaceAll('${', '{');
}
