import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const unit = readFileSync(fileURLToPath(new URL('../deploy/continuo@.service', import.meta.url)), 'utf8');

const canVerify = spawnSync('systemd-analyze', ['--version']).status === 0;

/** The settings of the unit, by name. */
const settings = new Map(
  unit
    .split('\n')
    .filter((line) => /^[A-Za-z]+=/.test(line))
    .map((line): [string, string] => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
);

describe('the systemd unit', () => {
  it('leaves agents running when the worker is restarted, and restarts it always', () => {
    expect(settings.get('KillMode')).toBe('process');
    expect(settings.get('Restart')).toBe('always');
    expect(settings.get('OOMPolicy')).toBe('continue');
  });

  it('takes nothing away that the sandboxes of agents need', () => {
    const harmful = [
      ...[
        'RestrictNamespaces',
        'PrivateUsers',
        'PrivateTmp',
        'ProtectProc',
        'ProcSubset',
        'ProtectKernelTunables',
      ],
      ...[
        'ProtectKernelLogs',
        'ProtectControlGroups',
        'ProtectHostname',
        'SystemCallFilter',
        'MemoryDenyWriteExecute',
        'RuntimeDirectory',
      ],
    ];
    expect(harmful.filter((name) => settings.has(name))).toEqual([]);
  });

  (canVerify ? it : it.skip)('is accepted by systemd-analyze', () => {
    const folder = mkdtempSync(join(tmpdir(), 'continuo-unit-'));
    try {
      // It has to name a program that is there.
      const file = join(folder, 'continuo@.service');
      writeFileSync(file, unit.replace(/^ExecStart=\S+/m, `ExecStart=${process.execPath}`));
      const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', file], {
        encoding: 'utf8',
      });
      expect({ status, said: stderr.split('\n').filter((line) => line.includes('continuo')) }).toEqual({
        status: 0,
        said: [],
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
