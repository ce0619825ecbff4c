// Judges a recorded history (security-cases.md §6, I1 to I6). It computes only: it knows no server, no client and no clock.
// `node packages/server/test/support/history-judge.ts FILE` judges a file.

import { type Line, type Outcome, readHistory } from './history.ts';

type Invoke = Line & { event: 'invoke' };

/** An operation: its invocation with what became of it. One that never ended may do its work at any time. */
export interface Op extends Omit<Invoke, 'event' | 'at'> {
  readonly began: number;
  readonly ended: number;
  readonly outcome: Outcome;
  readonly makes: readonly string[];
  readonly because?: string | undefined;
}

export interface Verdict {
  /** One sentence each; empty when the history is good. */
  readonly wrong: readonly string[];
  /** Operations by what they do and what became of them, kills by node. */
  readonly figures: Readonly<Record<string, number>>;
}

/** The server may keep a window's end in whole seconds, and one second is what its clock is off by at most. */
const slackMs = 1_000;
/** A commit that was on its way when its process was killed may still arrive; observations count from then on. */
const settledMs = 150;

/** Puts invocations and ends together. Throws when the lines are no history. */
export function operations(lines: readonly Line[]): Op[] {
  const ends = new Map<number, Exclude<Line, { event: 'invoke' | 'kill' | 'start' | 'cut' }>>();
  for (const line of lines) {
    if (line.event !== 'ok' && line.event !== 'refused' && line.event !== 'unknown') continue;
    if (ends.has(line.op)) throw new Error(`operation ${line.op} ended twice`);
    ends.set(line.op, line);
  }
  return lines
    .filter((line) => line.event === 'invoke')
    .flatMap(({ event: _, at, redeems, ...deed }): Op[] => {
      const end = ends.get(deed.op);
      const op: Op = {
        ...deed,
        began: at,
        ended: end?.at ?? Number.POSITIVE_INFINITY,
        outcome: end?.event ?? 'unknown',
        makes: end?.makes ?? [],
        because: end?.because,
      };
      if (redeems === undefined) return [op];
      if (op.outcome === 'ok') return [{ ...op, spends: redeems, ends: [] }];
      // A replay is refused, and what the code bought is revoked by the time of the answer.
      const presented: Op = { ...op, spends: redeems, ends: [] };
      return [
        presented,
        { ...op, does: `${op.does} as a replay`, outcome: op.outcome === 'refused' ? 'ok' : 'unknown' },
      ];
    });
}

/** Every rule over a whole history. */
export function judgeHistory(lines: readonly Line[]): Verdict {
  const ops = operations(lines);
  const wrong = [...judgeThings(ops), ...judgeFamilies(ops), ...judgeWholes(ops)];
  const figures: Record<string, number> = {};
  const count = (name: string) => {
    figures[name] = (figures[name] ?? 0) + 1;
  };
  for (const { does, outcome } of ops) count(`${does} ${outcome}`);
  for (const { event } of lines) if (event === 'kill' || event === 'cut') count(event);
  return { wrong, figures };
}

const told = ({ op, by, does, node, began, ended, outcome, because }: Op) =>
  `#${op} ${does} by ${by} at node ${node} (${began} to ${ended}: ${outcome}${because === undefined ? '' : `, ${because}`})`;
/** What may have had an effect. */
const mayBeDone = ({ outcome }: Op) => outcome !== 'refused';
const isOk = ({ outcome }: Op) => outcome === 'ok';
const isRefused = ({ outcome }: Op) => outcome === 'refused';

function grouped(ops: readonly Op[], keys: (op: Op) => readonly (string | undefined)[]): Map<string, Op[]> {
  const groups = new Map<string, Op[]>();
  for (const op of ops) {
    for (const key of keys(op)) {
      if (key === undefined) continue;
      const group = groups.get(key);
      if (group) group.push(op);
      else groups.set(key, [op]);
    }
  }
  return groups;
}

/** I1, I3, I4 and I6 for what is good once or until it is ended: codes, links, passwords, sessions, opaque tokens. */
function judgeThings(ops: readonly Op[]): string[] {
  const wrong: string[] = [];
  const enders = grouped(ops, ({ ends, spends }) => [...(ends ?? []), spends]);
  for (const [thing, shown] of grouped(ops, ({ spends, uses }) => [spends, uses])) {
    const spent = shown.filter((op) => op.spends === thing && isOk(op));
    if (spent.length > 1) wrong.push(`I1: ${thing} was good ${spent.length} times: ${spent.map(told).join('; ')}`);
    const ended = enders.get(thing) ?? [];
    for (const op of shown) {
      if (isOk(op)) {
        const before = ended.find((one) => one !== op && isOk(one) && one.ended <= op.began);
        if (before && op.uses === thing) wrong.push(`I3: ${thing} was good in ${told(op)} after ${told(before)}`);
        const refused = shown.find((one) => isRefused(one) && !one.probes && one.ended <= op.began);
        if (refused) wrong.push(`I3: ${thing} was good in ${told(op)} after it was not in ${told(refused)}`);
      }
      if (isRefused(op) && !op.probes) {
        const reason = ended.some((one) => one !== op && mayBeDone(one) && one.began < op.ended);
        if (!reason) wrong.push(`I4: ${thing} was refused without a reason in ${told(op)}`);
      }
    }
  }
  return wrong;
}

/** I2, with what I3 and I4 mean for refresh tokens. */
function judgeFamilies(ops: readonly Op[]): string[] {
  const wrong: string[] = [];
  const enders = grouped(ops, ({ ends }) => ends ?? []);
  for (const [name, all] of grouped(ops, ({ family }) => [family?.name])) {
    const byToken = grouped(all, ({ rotates }) => [rotates]);
    const endings = enders.get(name) ?? [];
    const refused = all.filter((op) => isRefused(op) && !op.probes);
    const successors = (token: string) =>
      [...new Set((byToken.get(token) ?? []).flatMap((op) => op.makes))].flatMap((made) => byToken.get(made) ?? []);

    for (const [token, shown] of byToken) {
      const made = new Set(shown.flatMap((op) => op.makes));
      if (made.size > 1)
        wrong.push(`I2: ${token} of ${name} has ${made.size} successors: ${shown.map(told).join('; ')}`);
      for (const op of shown.filter(isOk)) {
        const { windowMs = 0 } = op.family ?? {};
        const late = shown.find((one) => one !== op && isOk(one) && one.ended + windowMs + slackMs < op.began);
        if (late) wrong.push(`I2: ${token} was good in ${told(op)}, after its window, which began in ${told(late)}`);
        const used = successors(token).find((one) => isOk(one) && one.ended <= op.began);
        if (used) wrong.push(`I2: ${token} was good in ${told(op)} after its successor was used in ${told(used)}`);
      }
    }
    for (const op of all.filter(isOk)) {
      const dead = endings.find((one) => one !== op && isOk(one) && one.ended <= op.began);
      if (dead) wrong.push(`I3: ${name} was good in ${told(op)} after ${told(dead)}`);
      const before = refused.find((one) => one.ended <= op.began);
      if (before) wrong.push(`I3: ${name} was good in ${told(op)} after it was not in ${told(before)}`);
    }
    // A refusal needs a reason of its own, or another presentation before it that has one: that killed the family, also where
    // its own answer was lost.
    const ownReason = (op: Op): boolean => {
      if (endings.some((one) => one !== op && mayBeDone(one) && one.began < op.ended)) return true;
      if (op.rotates === undefined) return false;
      const { windowMs = 0 } = op.family ?? {};
      return (byToken.get(op.rotates) ?? []).some(
        (one) =>
          one !== op &&
          mayBeDone(one) &&
          one.began < op.ended &&
          (one.began + windowMs < op.ended ||
            successors(op.rotates ?? '').some((next) => mayBeDone(next) && next.began < op.ended)),
      );
    };
    const killers = all.filter((op) => !isOk(op) && !op.probes && ownReason(op));
    for (const op of refused) {
      if (killers.includes(op) || killers.some((one) => one.began < op.ended)) continue;
      wrong.push(`I4: ${name} was refused without a reason in ${told(op)}`);
    }
  }
  return wrong;
}

/** I5: of what one operation ends and brings, all was done or nothing; all, if it was acknowledged. */
function judgeWholes(ops: readonly Op[]): string[] {
  const wrong: string[] = [];
  const touching = grouped(ops, ({ ends, brings, spends, family }) => [
    ...(ends ?? []),
    ...(brings ?? []),
    spends,
    family?.name,
  ]);
  const shownIn = grouped(ops, ({ spends, uses, family }) => [spends, uses, family?.name]);
  for (const whole of ops) {
    if (isRefused(whole)) continue;
    const ended = [...(whole.ends ?? []), ...(whole.spends === undefined ? [] : [whole.spends])];
    if (ended.length + (whole.brings?.length ?? 0) < 2) continue;
    const done: string[] = [];
    const undone: string[] = [];
    const look = (thing: string, goodMeansDone: boolean) => {
      for (const op of shownIn.get(thing) ?? []) {
        if (op === whole || op.outcome === 'unknown' || op.began < whole.ended + settledMs) continue;
        // Another operation may be the cause of what is seen.
        const other = (touching.get(thing) ?? []).some(
          (one) =>
            one !== whole &&
            one !== op &&
            mayBeDone(one) &&
            changes(one, thing) &&
            one.began < op.ended &&
            one.ended > whole.began,
        );
        if (other) continue;
        (isOk(op) === goodMeansDone ? done : undone).push(`${thing} ${op.outcome} in ${told(op)}`);
      }
    };
    for (const thing of ended) look(thing, false);
    for (const thing of whole.brings ?? []) look(thing, true);
    if (done.length > 0 && undone.length > 0)
      wrong.push(`I5: half of ${told(whole)} was done: ${done.join('; ')}; but: ${undone.join('; ')}`);
    else if (isOk(whole) && undone.length > 0)
      wrong.push(`I4: ${told(whole)} was acknowledged and not done: ${undone.join('; ')}`);
  }
  return wrong;
}

/** Whether an operation ends or brings a thing, rather than presenting it. Rotating a token does not end its family. */
function changes({ ends, brings, spends }: Op, thing: string): boolean {
  return spends === thing || (ends?.includes(thing) ?? false) || (brings?.includes(thing) ?? false);
}

if (import.meta.main) {
  const { wrong, figures } = judgeHistory(readHistory(process.argv[2] ?? ''));
  for (const [name, times] of Object.entries(figures).toSorted()) console.log(`${String(times).padStart(7)} ${name}`);
  for (const sentence of wrong) console.log(sentence);
  console.log(wrong.length === 0 ? 'nothing is wrong' : `${wrong.length} things are wrong`);
  process.exitCode = wrong.length === 0 ? 0 : 1;
}
