import { describe, expect, it } from '@jest/globals';
import { personName } from '../../src/domain/person.js';

describe('personName', () => {
  it('is a name and a mail as git writes them', () => {
    expect(personName('Ann Lee', 'ann@example.org', 'ann')).toBe('Ann Lee <ann@example.org>');
  });

  it('is who spoke where there is no name, or none that git would take', () => {
    expect(personName('', '', 'ann')).toBe('ann <>');
    expect(personName(' ."; ', 'x', 'ann')).toBe('ann <x>');
    expect(personName('', '', '<>')).toBe('unknown <>');
  });

  it('holds nothing that could end the line of a commit, or pass for a second mail', () => {
    const name = personName('Ann\ncommitter Eve <eve@x>\0', 'a>\n<b@x y', 'ann');
    expect(name).toBe('Ann committer Eve eve@x <ab@xy>');
  });
});
