import type { HumanGate } from './config-view.js';
import type { Risk } from './finding.js';

/** Why a person has to decide, in words; none means that the change may land without one. */
export function reviewReasons(gate: HumanGate, risks: readonly Risk[]): string[] {
  const described = risks.map((risk) => `${risk.kind.replaceAll('_', ' ')} (${risk.detail})`);
  switch (gate) {
    case 'always':
      return ['every change is decided by a person', ...described];
    case 'risk':
      return described;
    case 'never':
      // What protects the gates themselves is never changed without a person.
      return risks
        .filter((risk) => risk.kind === 'protected_path')
        .map((risk) => `protected path (${risk.detail})`);
    default:
      return gate satisfies never;
  }
}
