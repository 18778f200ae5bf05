import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { writeWhole } from '../../config/atomic-write.js';
import type { DataPaths } from '../../config/paths.js';
import type { LedgerRecord } from '../../domain/ledger.js';

/** Writes the record of a closed task; the workflow id and the run id are the key. Returns its file. */
export async function writeLedger(paths: Pick<DataPaths, 'ledger'>, record: LedgerRecord): Promise<string> {
  const file = ledgerFile(paths, record);
  await writeWhole(file, `${JSON.stringify(record, null, 2)}\n`);
  return file;
}

function ledgerFile({ ledger }: Pick<DataPaths, 'ledger'>, record: LedgerRecord): string {
  const readable = record.task.replace(/[^A-Za-z0-9_-]+/g, '_').slice(0, 60);
  const key = createHash('sha256').update(`${record.workflowId}\0${record.runId}`).digest('hex').slice(0, 16);
  return join(ledger, encodeURIComponent(record.project), `${readable}-${key}.json`);
}
