// A judge that finds nothing proves nothing: each rule with a history that it must find bad, and the good one beside it.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Deed, type Line, named, type Outcome, readHistory, recorder } from './history.ts';
import { judgeHistory } from './history-judge.ts';

/** An operation: when it began and ended, what it was and became, and what it made. */
type Row = readonly [
  from: number,
  to: number,
  deed: Omit<Deed, 'by' | 'does'>,
  outcome: Outcome,
  makes?: readonly string[],
];

const history = (rows: readonly Row[]): Line[] =>
  rows.flatMap(([from, to, deed, outcome, makes = []], op): Line[] => [
    { event: 'invoke', op, at: from, node: 0, by: 'ada', does: 'something', ...deed },
    { event: outcome, op, at: to, makes },
  ]);
const rules = (rows: readonly Row[]) =>
  [...new Set(judgeHistory(history(rows)).wrong.map((line) => line.slice(0, 2)))].toSorted();

const strict = { name: 'family', windowMs: 1_000 };
const lenient = { name: 'family', windowMs: 60_000 };
const rotate = (token: string, family = strict) => ({ rotates: token, family });
/** A reset as the rig tells it: the link is spent, the old password, the session and the family end, a new password begins. */
const reset = { spends: 'link', ends: ['old', 'session', 'family'], brings: ['new'] };

const good: Readonly<Record<string, readonly Row[]>> = {
  'a code once, and its replay refused': [
    [0, 10, { redeems: 'code', ends: ['family'] }, 'ok', ['t1']],
    [20, 30, { redeems: 'code', ends: ['family'] }, 'refused'],
    [40, 50, rotate('t1'), 'refused'],
  ],
  'a code whose answer was lost is refused at the second try': [
    [0, 10, { redeems: 'code', ends: ['family'] }, 'unknown'],
    [20, 30, { redeems: 'code', ends: ['family'] }, 'refused'],
  ],
  'a code that was not spent by a request that never arrived': [
    [0, 10, { redeems: 'code', ends: ['family'] }, 'unknown'],
    [20, 30, { redeems: 'code', ends: ['family'] }, 'ok', ['t1']],
    [40, 50, rotate('t1'), 'ok', ['t2']],
  ],
  'racers get one successor': [
    [0, 20, rotate('t1'), 'ok', ['t2']],
    [1, 25, rotate('t1'), 'ok', ['t2']],
    [30, 40, rotate('t2'), 'ok', ['t3']],
  ],
  'a lost answer is repaired by a retry inside the window': [
    [0, 20, rotate('t1', lenient), 'unknown'],
    [30_000, 30_010, rotate('t1', lenient), 'ok', ['t2']],
    [30_020, 30_030, rotate('t2', lenient), 'ok', ['t3']],
  ],
  'a retry after the window is reuse, and the family is dead': [
    [0, 20, rotate('t1'), 'unknown'],
    [5_000, 5_010, rotate('t1'), 'refused'],
    [5_020, 5_030, rotate('t1'), 'refused'],
  ],
  'reuse after the successor was used': [
    [0, 20, rotate('t1', lenient), 'ok', ['t2']],
    [30, 40, rotate('t2', lenient), 'ok', ['t3']],
    [50, 60, rotate('t1', lenient), 'refused'],
    [70, 80, rotate('t3', lenient), 'refused'],
  ],
  'reuse whose answer was lost may have ended the family': [
    [0, 20, rotate('t1', lenient), 'ok', ['t2']],
    [30, 40, rotate('t2', lenient), 'ok', ['t3']],
    [50, 60, rotate('t1', lenient), 'unknown'],
    [70, 80, rotate('t3', lenient), 'refused'],
  ],
  'a revoked family': [
    [0, 20, { ends: ['family'] }, 'ok'],
    [30, 40, rotate('t1'), 'refused'],
  ],
  'a reset, all of it': [
    [0, 10, reset, 'ok'],
    [300, 310, { uses: 'old' }, 'refused'],
    [320, 330, { uses: 'session' }, 'refused'],
    [340, 350, { uses: 'new' }, 'ok'],
    [360, 370, { spends: 'link' }, 'refused'],
    [380, 390, rotate('t1'), 'refused'],
  ],
  'a reset, nothing of it': [
    [0, 10, reset, 'unknown'],
    [300, 310, { uses: 'old' }, 'ok'],
    [320, 330, { uses: 'session' }, 'ok'],
    [340, 350, { uses: 'new', probes: true }, 'refused'],
    [380, 390, rotate('t1'), 'ok', ['t2']],
  ],
};

const bad: Readonly<Record<string, readonly [rule: string, rows: readonly Row[]]>> = {
  'a code twice': [
    'I1',
    [
      [0, 10, { redeems: 'code' }, 'ok'],
      [20, 30, { redeems: 'code' }, 'ok'],
    ],
  ],
  'a code once before a crash and once after': [
    'I1',
    [
      [0, 10, { redeems: 'code' }, 'ok'],
      [5, 15, { redeems: 'code' }, 'unknown'],
      [900, 910, { redeems: 'code' }, 'ok'],
    ],
  ],
  'a code that was acknowledged and is not known': ['I4', [[0, 10, { redeems: 'code' }, 'refused']]],
  'what a replayed code bought lives on': [
    'I3',
    [
      [0, 10, { redeems: 'code', ends: ['token'] }, 'ok', ['token']],
      [20, 30, { redeems: 'code', ends: ['token'] }, 'refused'],
      [40, 50, { uses: 'token' }, 'ok'],
    ],
  ],
  'two successors': [
    'I2',
    [
      [0, 20, rotate('t1'), 'ok', ['t2']],
      [1, 25, rotate('t1'), 'ok', ['t3']],
    ],
  ],
  'two successors over a crash': [
    'I2',
    [
      [0, 20, rotate('t1', lenient), 'ok', ['t2']],
      [900, 925, rotate('t1', lenient), 'ok', ['t3']],
    ],
  ],
  'a spent token works again after the window': [
    'I2',
    [
      [0, 20, rotate('t1'), 'ok', ['t2']],
      [2_500, 2_510, rotate('t1'), 'ok', ['t2']],
    ],
  ],
  'a spent token works although its successor was used': [
    'I2',
    [
      [0, 20, rotate('t1', lenient), 'ok', ['t2']],
      [30, 40, rotate('t2', lenient), 'ok', ['t3']],
      [50, 60, rotate('t1', lenient), 'ok', ['t2']],
    ],
  ],
  'an acknowledged token is lost': [
    'I4',
    [
      [0, 20, rotate('t1'), 'ok', ['t2']],
      [30, 40, rotate('t2'), 'refused'],
    ],
  ],
  'a retry inside the window is refused': [
    'I4',
    [
      [0, 20, rotate('t1', lenient), 'unknown'],
      [900, 910, rotate('t1', lenient), 'refused'],
    ],
  ],
  'a lost answer that was no reuse is no reason': [
    'I4',
    [
      [0, 20, rotate('t1', lenient), 'ok', ['t2']],
      [30, 40, rotate('t1', lenient), 'unknown'],
      [50, 60, rotate('t2', lenient), 'refused'],
    ],
  ],
  'two refusals do not explain each other': [
    'I4',
    [
      [0, 20, rotate('t1'), 'refused'],
      [1, 21, rotate('t1'), 'refused'],
    ],
  ],
  'a racer is logged out': [
    'I4',
    [
      [0, 20, rotate('t1'), 'ok', ['t2']],
      [1, 25, rotate('t1'), 'refused'],
    ],
  ],
  'a dead family works again': [
    'I3',
    [
      [0, 20, rotate('t1'), 'unknown'],
      [5_000, 5_010, rotate('t1'), 'refused'],
      [5_020, 5_030, rotate('t1'), 'ok', ['t2']],
    ],
  ],
  'a revoked family works': [
    'I3',
    [
      [0, 20, { ends: ['family'] }, 'ok'],
      [30, 40, rotate('t1'), 'ok', ['t2']],
    ],
  ],
  'a session lives after a logout': [
    'I3',
    [
      [0, 20, { ends: ['session'] }, 'ok'],
      [30, 40, { uses: 'session' }, 'ok'],
    ],
  ],
  'a session is lost': ['I4', [[30, 40, { uses: 'session' }, 'refused']]],
  'both passwords log in': [
    'I5',
    [
      [0, 10, reset, 'unknown'],
      [300, 310, { uses: 'old' }, 'ok'],
      [340, 350, { uses: 'new', probes: true }, 'ok'],
    ],
  ],
  'neither password logs in': [
    'I5',
    [
      [0, 10, reset, 'unknown'],
      [300, 310, { uses: 'old' }, 'refused'],
      [340, 350, { uses: 'new', probes: true }, 'refused'],
    ],
  ],
  'the session outlives the old password': [
    'I5',
    [
      [0, 10, reset, 'unknown'],
      [320, 330, { uses: 'session' }, 'ok'],
      [340, 350, { uses: 'new', probes: true }, 'ok'],
    ],
  ],
  'the session is ended and the old password stays': [
    'I5',
    [
      [0, 10, reset, 'unknown'],
      [300, 310, { uses: 'old' }, 'ok'],
      [320, 330, { uses: 'session' }, 'refused'],
    ],
  ],
  'the link is good for another change': [
    'I5',
    [
      [0, 10, reset, 'unknown'],
      [340, 350, { uses: 'new', probes: true }, 'ok'],
      [360, 370, { spends: 'link' }, 'ok'],
    ],
  ],
  'the link is spent for nothing': [
    'I5',
    [
      [0, 10, reset, 'unknown'],
      [300, 310, { uses: 'old' }, 'ok'],
      [360, 370, { spends: 'link' }, 'refused'],
    ],
  ],
  'refresh tokens outlive the old password': [
    'I5',
    [
      [0, 10, reset, 'unknown'],
      [300, 310, { uses: 'old' }, 'refused'],
      [340, 350, rotate('t1'), 'ok', ['t2']],
    ],
  ],
  'an acknowledged new password does not log in': [
    'I4',
    [
      [0, 10, reset, 'ok'],
      [340, 350, { uses: 'new', probes: true }, 'refused'],
    ],
  ],
};

for (const [name, rows] of Object.entries(good))
  test(`good: ${name}`, () => assert.deepEqual(judgeHistory(history(rows)).wrong, []));
for (const [name, [rule, rows]] of Object.entries(bad))
  test(`${rule} is broken: ${name}`, () => assert.ok(rules(rows).includes(rule), `found: ${rules(rows)}`));

test('a history goes through its file unchanged, without the secrets themselves', () => {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-history-'));
  try {
    const file = join(folder, 'history.jsonl');
    const history = recorder(file);
    const end = history.invoke(1, { by: 'ada', does: 'refresh', ...rotate(named('rt', 'the-secret')) });
    history.note('kill', 1);
    end('ok', { makes: [named('rt', 'another-secret')] });
    assert.deepEqual(readHistory(file), JSON.parse(JSON.stringify(history.lines())));
    assert.doesNotMatch(JSON.stringify(history.lines()), /secret/);
    assert.equal(judgeHistory(readHistory(file)).figures['refresh ok'], 1);
    assert.equal(judgeHistory(readHistory(file)).figures.kill, 1);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
