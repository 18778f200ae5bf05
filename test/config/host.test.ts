import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { hostId } from '../../src/config/host.js';
import { withFiles } from './files.js';

describe('the host id', () => {
  const data = '/data/one';

  it('is what CONTINUO_HOST says', () => {
    expect(hostId({ CONTINUO_HOST: 'build-1' }, data)).toBe('build-1');
  });

  it.each(['a b', 'x@y', '../..', 'ü'.repeat(200), '-x', '🎉'])(
    'made of %j is safe in the name of a queue',
    (name) => {
      const id = hostId({ CONTINUO_HOST: name }, data);
      expect(id).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/);
      expect(id).not.toBe(hostId({ CONTINUO_HOST: `${name}2` }, data));
      expect(id).toBe(hostId({ CONTINUO_HOST: name }, data));
    },
  );

  it('comes from the machine id, without showing it', async () => {
    const machine = '0123456789abcdef0123456789abcdef';
    await withFiles({ 'machine-id': `${machine}\n` }, (folder) => {
      const id = hostId({ CONTINUO_HOST: ' ' }, data, join(folder, 'machine-id'));
      expect(id).toMatch(/^host-[0-9a-f]{12}$/);
      expect(machine).not.toContain(id.slice(5));
      return Promise.resolve();
    });
  });

  it('is another one for another data directory of the same machine', () => {
    expect(hostId({}, data)).toBe(hostId({}, data));
    expect(hostId({}, data)).not.toBe(hostId({}, '/data/two'));
  });

  it('comes from the host name where there is no machine id', async () => {
    await withFiles({ empty: '\n' }, (folder) => {
      const [empty, missing] = ['empty', 'missing'].map((file) => hostId({}, data, join(folder, file)));
      expect(empty).toBe(missing);
      expect(empty).toMatch(/^host-/);
      return Promise.resolve();
    });
  });
});
