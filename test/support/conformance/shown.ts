import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { root } from '../docs/markdown.js';

/** A test that says, at the end of its title, which requirements it shows. */
export interface Shown {
  id: string;
  /** Relative to the top of the repository. */
  file: string;
  title: string;
}

const idsAtEnd = / ?\(((?:[A-Z]+-\d\d(?:, )?)+)\)$/;

/** What all tests show: titles such as `keeps its scope (TRK-02)`, also of a `describe` or in a table of cases. */
export function readShown(): Shown[] {
  const files = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.includes('node_modules'))
    .map((file) => join('test', file))
    .sort();
  return files.flatMap((file) => shownIn(file, readFileSync(join(root, file), 'utf8')));
}

export function shownIn(file: string, text: string): Shown[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const shown: Shown[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && isTest(node)) {
      for (const title of [titleOf(node), ...casesOf(node)]) {
        const [end = '', ids = ''] = idsAtEnd.exec(title) ?? [];
        const words = title.slice(0, title.length - end.length);
        for (const id of ids.split(', ')) if (id !== '') shown.push({ id, file, title: words });
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return shown;
}

function isTest({ expression }: ts.CallExpression): boolean {
  return /^(?:it|test|describe)\b/.test(expression.getText()) && !expression.getText().endsWith('.each');
}

function titleOf({ arguments: [title] }: ts.CallExpression): string {
  return title === undefined ? '' : textOf(title);
}

/** Texts of a table of cases that name an id, each with the title of its test. */
function casesOf(call: ts.CallExpression): string[] {
  const cases: string[] = [];
  const visit = (node: ts.Node): void => {
    const [end] = idsAtEnd.exec(textOf(node)) ?? [];
    if (end !== undefined) cases.push(filledIn(titleOf(call), textOf(node).slice(0, -end.length)) + end);
    ts.forEachChild(node, visit);
  };
  if (ts.isCallExpression(call.expression)) visit(call.expression);
  return cases;
}

function filledIn(title: string, text: string): string {
  return title.includes('%s') ? title.replace('%s', text) : `${title}: ${text}`;
}

function textOf(node: ts.Node): string {
  if (ts.isStringLiteralLike(node)) return node.text;
  return ts.isTemplateExpression(node) ? node.getText().slice(1, -1) : '';
}
