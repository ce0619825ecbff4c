// The request histogram: buckets are cumulative, and series follow routes.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDurations } from './durations.ts';

test('buckets are cumulative, bounds belong to their bucket, and longer than all is in +Inf only', () => {
  const durations = createDurations('d', 'help');
  for (const seconds of [0.0005, 0.001, 0.002, 20]) durations.observe('POST', '/x', 200, seconds);
  durations.observe('GET', '/y', 404, 0.3);
  const text = durations.text();
  assert.match(text, /^# HELP d help\n# TYPE d histogram\n/);
  assert.ok(text.includes('d_bucket{le="0.001",method="POST",route="/x",status="200"} 2\n'));
  assert.ok(text.includes('d_bucket{le="0.0025",method="POST",route="/x",status="200"} 3\n'));
  assert.ok(text.includes('d_bucket{le="10",method="POST",route="/x",status="200"} 3\n'));
  assert.ok(text.includes('d_bucket{le="+Inf",method="POST",route="/x",status="200"} 4\n'));
  assert.ok(text.includes('d_count{method="POST",route="/x",status="200"} 4\n'));
  assert.ok(text.includes('d_bucket{le="0.25",method="GET",route="/y",status="404"} 0\n'));
  assert.ok(text.includes('d_bucket{le="0.5",method="GET",route="/y",status="404"} 1\n'));
});
