import { createHmac, timingSafeEqual } from 'node:crypto';

/** Whether who sent these bytes knows the secret; takes as long for a signature that is nearly right. */
export function isSigned(body: Uint8Array, signature: string | undefined, secret: string): boolean {
  const given = Buffer.from(signature ?? '');
  const right = Buffer.from(`sha256=${createHmac('sha256', secret).update(body).digest('hex')}`);
  return given.length === right.length && timingSafeEqual(given, right);
}
