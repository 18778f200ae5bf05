import type { Problem } from '../../domain/project.js';

/** Problems travel through the project's history: they are few, and short. */
const mostProblems = 50;
export const longestMessage = 500;
/** What a problem of the tracker as a whole is about. */
export const trackerPlace = 'tracker';

export function bounded(problems: readonly Problem[]): Problem[] {
  const shown = problems.slice(0, mostProblems).map((problem) => ({
    ...problem,
    where: problem.where.slice(0, longestMessage),
    message: problem.message.slice(0, longestMessage),
  }));
  const rest = problems.length - shown.length;
  return rest === 0 ? shown : [...shown, { where: trackerPlace, message: `and ${rest} more problems` }];
}
