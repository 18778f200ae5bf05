import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import type { SearchAttributePair } from '@temporalio/common';

/** What the Temporal UI and `continuo list` filter by. All are keywords. */
export const projectAttribute = defineSearchAttributeKey('ContinuoProject', SearchAttributeType.KEYWORD);
export const phaseAttribute = defineSearchAttributeKey('ContinuoPhase', SearchAttributeType.KEYWORD);
export const identifierAttribute = defineSearchAttributeKey(
  'ContinuoIdentifier',
  SearchAttributeType.KEYWORD,
);
export const waitingForAttribute = defineSearchAttributeKey(
  'ContinuoWaitingFor',
  SearchAttributeType.KEYWORD,
);

export const searchAttributeKeys = [
  projectAttribute,
  phaseAttribute,
  identifierAttribute,
  waitingForAttribute,
] as const;

/** Visibility stores on SQL databases hold at most 255 characters of a keyword. */
const keywordLimit = 255;

/** The attributes that a task starts with. */
export function taskAttributes(project: string, identifier: string): SearchAttributePair[] {
  return [
    { key: projectAttribute, value: keyword(project) },
    { key: identifierAttribute, value: keyword(identifier) },
    { key: phaseAttribute, value: 'claim' },
  ];
}

export function keyword(value: string): string {
  return value.slice(0, keywordLimit);
}
