import { isGrpcServiceError } from '@temporalio/client';
import type { NativeConnection } from '@temporalio/worker';
import type { EngineConnection } from '../../config/connection.js';
import { searchAttributeKeys } from '../../workflows/search-attributes.js';
import { EngineError } from './error.js';

/** `INDEXED_VALUE_TYPE_KEYWORD` of Temporal's API. */
const keyword = 2;
const names = searchAttributeKeys.map((key) => key.name);
const alreadyExists = 6;

/**
 * Makes sure that the namespace has the search attributes of Continuo. A repetition changes nothing.
 * Temporal Cloud, and clusters with authorization, may refuse it: the error then says what to run.
 */
export async function ensureSearchAttributes(
  connection: NativeConnection,
  { namespace, address }: EngineConnection,
) {
  const missing = await findMissing(connection, namespace).catch(() => names);
  if (missing.length === 0) return;
  try {
    await connection.operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(missing.map((name) => [name, keyword])),
    });
  } catch (cause) {
    const code: number | null = isGrpcServiceError(cause) ? cause.code : null;
    if (code === alreadyExists) return;
    throw new EngineError(howToAdd(missing, namespace, address), { cause });
  }
}

async function findMissing(connection: NativeConnection, namespace: string): Promise<string[]> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const types: Record<string, number> = customAttributes;
  return names.filter((name) => types[name] !== keyword);
}

function howToAdd(missing: string[], namespace: string, address: string): string {
  const commands = missing.map(
    (name) =>
      `  temporal operator search-attribute create --address ${address} --namespace ${namespace} --name ${name} --type Keyword`,
  );
  return [
    `The Temporal server on ${address} did not let Continuo create the search attributes ${missing.join(', ')}.`,
    'Ask an operator of the namespace to create them, each of type Keyword:',
    ...commands,
    `  (Temporal Cloud: tcld namespace search-attributes add -n ${namespace} ${missing.map((name) => `--sa ${name}=Keyword`).join(' ')})`,
  ].join('\n');
}
