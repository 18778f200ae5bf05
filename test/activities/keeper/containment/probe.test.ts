import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ContainmentSettings } from '../../../../src/activities/keeper/containment/containment.js';
import { adviceOf, describeContainment } from '../../../../src/activities/keeper/containment/describe.js';
import { findProgram } from '../../../../src/activities/keeper/containment/find-program.js';
import { ContainmentError, probeContainment } from '../../../../src/activities/keeper/containment/probe.js';
import { attempt } from './world.js';

const settings: ContainmentSettings = { writable: [], readable: [], host_ports: [] };
const has = async (level: 'strict' | 'standard') =>
  typeof (await attempt(level, process.getuid?.() === 0 ? 'root' : 'current')) !== 'string';
const ifStandard = (await has('standard')) ? it : it.skip;
const ifStrict = (await has('strict')) ? it : it.skip;

describe('the probe', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'continuo-probe-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** A machine that has these programs alone. */
  function machineWith(...programs: string[]): NodeJS.ProcessEnv {
    for (const name of programs)
      symlinkSync(findProgram(name, '/', process.env.PATH) ?? name, join(folder, name));
    return { PATH: folder, HOME: folder };
  }

  it('finds nothing on a machine that has nothing, and warns', async () => {
    const found = await probeContainment(settings, machineWith('true'));
    expect(found).toMatchObject({ level: 'none', processes: false, files: false, network: false });
    expect(describeContainment(found)).toContain('approvals are not a security boundary');
    expect(adviceOf(found)).toContainEqual(expect.stringContaining('setpriv is not on PATH: install it'));
  });

  ifStandard(
    'takes the weaker form where bubblewrap is missing, and says how to get the better one',
    async () => {
      const found = await probeContainment(settings, machineWith('true', 'setpriv', 'unshare'));
      expect(found).toMatchObject({ level: 'standard', processes: true, files: false, network: false });
      expect(found.missing).toEqual([
        { what: 'bwrap is not on PATH', mend: expect.stringContaining('apt-get install bubblewrap') },
      ]);
    },
  );

  ifStrict('takes the best that there is', async () => {
    const found = await probeContainment(settings, process.env);
    expect(found).toEqual({ level: 'strict', processes: true, files: true, network: true, missing: [] });
    expect(describeContainment(found)).not.toContain('approvals');
  });

  it('takes less when the workflow file asks for less', async () => {
    const found = await probeContainment({ ...settings, level: 'none' }, process.env);
    expect(found).toMatchObject({ level: 'none', processes: false, missing: [] });
  });

  it('refuses a level that the machine does not have, and names what is missing', async () => {
    const probing = probeContainment(
      { ...settings, level: 'strict' },
      machineWith('true', 'setpriv', 'unshare'),
    );
    await expect(probing).rejects.toThrow(ContainmentError);
    await expect(probing).rejects.toThrow(
      /strict is not possible.*\n.*bwrap is not on PATH: install it: apt-get/,
    );
  });
});
