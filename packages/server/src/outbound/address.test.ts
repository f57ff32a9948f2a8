/** Which addresses our own requests may go to, in every spelling. */
import { describe, expect, it } from 'vitest';
import { createJudge } from './address.ts';

const judge = createJudge(['10.1.0.0/16', '192.168.7.7', 'fd00:1::/32', '::1/128']);

describe('security: addresses of our own requests', () => {
  it.each(['8.8.8.8', '1.1.1.1', '2606:4700:4700::1111', '2a00:1450::8a', '::ffff:8.8.8.8', '64:ff9b::808:808', '64:ff9b::8.8.8.8'])(
    'I1: %s is public',
    (address) => {
      expect(judge(address)).toBe('public');
    },
  );

  it.each(['10.1.2.3', '192.168.7.7', 'fd00:1::9', '::1', '0:0:0:0:0:0:0:1', '::ffff:10.1.2.3', '::FFFF:0A01:0203', '64:ff9b::10.1.2.3'])(
    'I1: %s is on the list',
    (address) => {
      expect(judge(address)).toBe('listed');
    },
  );

  it.each([
    ['10.2.0.1', 'private'],
    ['172.31.255.255', 'private'],
    ['192.168.7.8', 'private'],
    ['169.254.169.254', 'link-local'],
    ['::ffff:169.254.169.254', 'link-local'],
    ['64:ff9b::127.0.0.1', 'loopback'],
    ['127.255.255.254', 'loopback'],
    ['0.0.0.0', 'this host'],
    ['::', 'this host'],
    ['100.127.255.255', 'carrier-grade NAT'],
    ['168.63.129.16', 'the platform of a cloud'],
    ['255.255.255.255', 'reserved'],
    ['239.1.1.1', 'multicast'],
    ['fd00:2::1', 'unique local'],
    ['fe80::1', 'link-local'],
    ['ff02::1', 'multicast'],
    ['2002:a01:203::', '6to4'],
    ['2001:0:4136::', 'reserved'],
    ['2001:db8::1', 'for documentation'],
    ['::127.0.0.1', 'not global'],
    ['64:ff9b:1::a01:203', 'not global'],
    ['fec0::1', 'not global'],
    ['4000::1', 'not global'],
    ['fe80::1%eth0', 'no address'],
    ['1.2.3', 'no address'],
    ['0x7f.1', 'no address'],
    ['localhost', 'no address'],
    ['', 'no address'],
  ])('I1: %s is refused: %s', (address, reason) => {
    expect(judge(address)).toEqual({ refused: expect.stringContaining(reason) });
  });
});
